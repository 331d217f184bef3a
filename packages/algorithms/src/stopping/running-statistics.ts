/** What is known of a trial's losses so far. */
export class RunningStatistics {
  /** The least loss. */
  best = Number.POSITIVE_INFINITY;
  #mean = 0;
  #averaged = 0;

  add(loss: number): void {
    this.best = Math.min(this.best, loss);
    if (loss === Number.POSITIVE_INFINITY) return;
    this.#averaged += 1;
    this.#mean = this.#mean * ((this.#averaged - 1) / this.#averaged) + loss / this.#averaged;
  }

  /** The average of all losses but Infinity, which a single one would make of it for good. Never less than the best, as rounding might have it. */
  get mean(): number {
    return this.#averaged === 0 ? Number.POSITIVE_INFINITY : Math.max(this.best, this.#mean);
  }
}
