import type { Clock } from "@qalam/runtime";
import { signalMarked } from "./process-tree.ts";

/** Looking through all processes takes milliseconds, so runs that end close together share one look. */
const SHORTEST_INTERVAL_MS = 250;

/** Ends processes that left the process group of a container that has ended. */
export class StragglerSweep {
  readonly #clock: Clock;
  #runs = new Set<string>();
  #waiting: (() => void)[] = [];
  #cancel: (() => void) | undefined;
  #last = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A run has ended: what still carries its mark is to go. @param run what the names of its files begin with @returns once that is done */
  add(run: string): Promise<void> {
    this.#runs.add(run);
    const elapsed = Math.abs(this.#clock.now().getTime() - this.#last);
    this.#cancel ??= this.#clock.after(Math.max(0, SHORTEST_INTERVAL_MS - elapsed), () => this.now());
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Looks at once. */
  now(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#last = this.#clock.now().getTime();
    if (this.#runs.size > 0) signalMarked(this.#runs, "SIGKILL");
    this.#runs = new Set();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
