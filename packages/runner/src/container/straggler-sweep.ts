import type { Clock } from "@qalam/runtime";
import { killStragglers } from "./process-tree.ts";

/** Looking through all processes takes milliseconds, so ended runs are gathered for a moment. */
const SWEEP_DELAY_MS = 1_000;

/** Ends processes that left the group of a container that has ended. */
export class StragglerSweep {
  readonly #clock: Clock;
  #runs = new Set<string>();
  #cancel: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A run has ended: what still carries its mark is to go. */
  add(run: string): void {
    this.#runs.add(run);
    this.#cancel ??= this.#clock.after(SWEEP_DELAY_MS, () => this.now());
  }

  /** Looks at once. */
  now(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#runs.size === 0) return;
    killStragglers(this.#runs);
    this.#runs = new Set();
  }
}
