import type { RandomStream } from "@qalam/numeric";
import type { Acquisition } from "./acquisition.ts";
import { LogExpectedImprovement } from "./log-expected-improvement.ts";
import type { Posterior } from "./posterior.ts";

/** What a search improves on. */
export interface Aim {
  /** Numbers of the rows that good points lie near, the best first. */
  best(count: number): number[];
  /** What a point is expected to gain; undefined while nothing is feasible. @param margin gains of a single loss count from here on, in its deviations */
  improvement(random: RandomStream, margin: number): Acquisition | undefined;
}

/** The best trial of one objective, by the model's mean: without its noise. */
export class Incumbent implements Aim {
  readonly #posterior: Posterior;
  readonly #isFeasible: readonly boolean[];
  readonly #fitted: Float64Array;

  /** @param isFeasible of every row */
  constructor(posterior: Posterior, isFeasible: readonly boolean[]) {
    this.#posterior = posterior;
    this.#isFeasible = isFeasible;
    this.#fitted = posterior.fittedMeans();
  }

  /** Feasible ones first. */
  best(count: number): number[] {
    const rank = (i: number) => (this.#isFeasible[i] === true ? 0 : 1);
    return this.#isFeasible
      .map((_, i) => i)
      .sort((a, b) => rank(a) - rank(b) || this.#fitted[a]! - this.#fitted[b]! || a - b)
      .slice(0, count);
  }

  improvement(random: RandomStream, margin: number): Acquisition | undefined {
    let best = Number.POSITIVE_INFINITY;
    this.#isFeasible.forEach((isFeasible, i) => {
      if (isFeasible) best = Math.min(best, this.#fitted[i]!);
    });
    return best === Number.POSITIVE_INFINITY
      ? undefined
      : new LogExpectedImprovement(this.#posterior, best - margin, random);
  }
}
