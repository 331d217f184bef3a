/** Events that may come at once, and how many a second may after those. */
const BURST = 500;
const PER_SECOND = 100;

/** How many events may be recorded now: a bucket that fills steadily. */
export class EventBudget {
  #left = BURST;
  #since: number;

  /** @param now milliseconds */
  constructor(now: number) {
    this.#since = now;
  }

  /** Takes one if there is any left. @param now milliseconds */
  take(now: number): boolean {
    const gained = (Math.max(0, now - this.#since) / 1000) * PER_SECOND;
    this.#since = now;
    this.#left = Math.min(BURST, this.#left + gained);
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
