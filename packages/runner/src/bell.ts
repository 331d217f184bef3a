import type { Clock } from "@qalam/runtime";

/** Wakes a loop. It remembers that it rang until somebody hears it, so that nothing that happens between two looks is missed. */
export class Bell {
  readonly #clock: Clock;
  #hasRung = false;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#hasRung = true;
    this.#wake?.();
  }

  /** Resolves when it has rung since it was heard last, or after a time. @param milliseconds not finite: only when it rings */
  async heard(milliseconds = Number.POSITIVE_INFINITY): Promise<void> {
    if (!this.#hasRung) {
      let cancel: (() => void) | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        if (Number.isFinite(milliseconds)) cancel = this.#clock.after(milliseconds, resolve);
      });
      cancel?.();
    }
    this.#hasRung = false;
    this.#wake = undefined;
  }
}
