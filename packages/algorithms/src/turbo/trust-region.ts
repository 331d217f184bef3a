/** When a trust region grows and shrinks. Lengths are sides of a box, in units of the cube. */
export interface RegionRules {
  readonly initial: number;
  readonly largest: number;
  /** A region that is shorter has found what it could. */
  readonly least: number;
  /** Rounds of results in a row that improve, after which the length doubles. */
  readonly successes: number;
  /** Trials in a row without improvement, after which it halves. */
  readonly failures: number;
}

/** What is remembered of a region, as JSON. */
export type RegionState = {
  readonly length: number;
  readonly successes: number;
  readonly failures: number;
};

/** An improvement is at least this part of the distance between the median and the best. */
const LEAST_GAIN = 1e-3;

/** The length of a trust region (Eriksson et al. 2019, section 2): doubled when results keep improving, halved when they do not. */
export class TrustRegion {
  readonly #rules: RegionRules;
  #length: number;
  #successes: number;
  #failures: number;

  /** @param state what `dump` of an earlier instance gave */
  constructor(rules: RegionRules, state?: RegionState) {
    this.#rules = rules;
    this.#length = state?.length ?? rules.initial;
    this.#successes = state?.successes ?? 0;
    this.#failures = state?.failures ?? 0;
  }

  get length(): number {
    return this.#length;
  }

  get isCollapsed(): boolean {
    return this.#length < this.#rules.least;
  }

  /**
   * Counts results that came in together as one round.
   * @param before losses in the region until then @param now losses of the new trials, Infinity of failed ones
   */
  count(before: readonly number[], now: readonly number[]): void {
    const { successes, failures, largest } = this.#rules;
    const isBetter = improves(before, now);
    this.#successes = isBetter ? this.#successes + 1 : 0;
    this.#failures = isBetter ? 0 : this.#failures + now.length;
    if (this.#successes >= successes) {
      this.#length = Math.min(largest, 2 * this.#length);
      this.#successes = 0;
    } else if (this.#failures >= failures) {
      this.#length /= 2;
      this.#failures = 0;
    }
  }

  /** Nothing new is left within. */
  collapse(): void {
    this.#length = 0;
  }

  dump(): RegionState {
    return { length: this.#length, successes: this.#successes, failures: this.#failures };
  }
}

/** Whether some new loss is better than all before by more than a trifle; the same for losses of any scale and offset. */
function improves(before: readonly number[], now: readonly number[]): boolean {
  const sorted = before.filter(Number.isFinite).sort((a, b) => a - b);
  const least = Math.min(...now);
  const [best] = sorted;
  if (best === undefined) return Number.isFinite(least);
  const median = sorted[Math.floor(sorted.length / 2)] as number;
  // Parts first: the difference may be more than a number can hold.
  return least < best - (LEAST_GAIN * median - LEAST_GAIN * best);
}
