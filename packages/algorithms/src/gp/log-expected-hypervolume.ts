import type { RandomStream } from "@qalam/numeric";
import type { Acquisition } from "./acquisition.ts";
import { fantasyDraws, logSumExp, shiftOf } from "./fantasies.ts";
import type { ImprovementRegion } from "./improvement-region.ts";
import type { Posterior } from "./posterior.ts";

/** Draws of the pending points' outcomes: each has a front of its own. */
const FANTASIES = 4;

/** One draw of what is under way, with what it leaves to be gained. */
interface Fantasy {
  /** The pending rows' elements of z by objective. Shape [m][pending]. */
  readonly draws: readonly Float64Array[];
  readonly region: ImprovementRegion;
}

/**
 * log of the expected hypervolume improvement, one independent posterior for each objective. With points under way, the logarithm of its mean over draws of their
 * outcomes, which extend the front.
 */
export class LogExpectedHypervolume implements Acquisition {
  readonly #posteriors: readonly Posterior[];
  readonly #fantasies: readonly Fantasy[];
  readonly #logs: Float64Array;
  /** Of one point: means and deviations by objective, the former also as shifted by a fantasy, and derivatives by them. Shapes [m]. */
  readonly #means: Float64Array;
  readonly #shifted: Float64Array;
  readonly #deviations: Float64Array;
  readonly #byMean: Float64Array;
  readonly #byDeviation: Float64Array;

  /**
   * @param posteriors one per objective, of the same rows
   * @param regionOf what is left to be gained beyond the front when these outcomes are added to it
   */
  constructor(
    posteriors: readonly Posterior[],
    regionOf: (outcomes: readonly Float64Array[]) => ImprovementRegion,
    random: RandomStream,
  ) {
    const m = posteriors.length;
    const pending = posteriors[0]?.pending ?? 0;
    const draws = posteriors.map((_, j) => fantasyDraws(FANTASIES, pending, random.split(j)));
    this.#posteriors = posteriors;
    this.#fantasies = Array.from({ length: draws[0]?.length ?? 0 }, (_, s) => {
      const own = draws.map((ofObjective) => ofObjective[s]!);
      const outcomes = Array.from({ length: pending }, (_, i) =>
        Float64Array.from(posteriors, (posterior, j) => posterior.pendingOutcome(i, own[j]!)),
      );
      return { draws: own, region: regionOf(outcomes) };
    });
    this.#logs = new Float64Array(this.#fantasies.length);
    this.#means = new Float64Array(m);
    this.#shifted = new Float64Array(m);
    this.#deviations = new Float64Array(m);
    this.#byMean = new Float64Array(m);
    this.#byDeviation = new Float64Array(m);
  }

  values(xs: Float64Array, count: number, out: Float64Array): void {
    const predictions = this.#posteriors.map((posterior) => {
      const means = new Float64Array(count);
      const variances = new Float64Array(count);
      const block = posterior.predictMany(xs, count, means, variances);
      return { means, variances, block, from: posterior.observed * count };
    });
    for (let c = 0; c < count; c++) {
      predictions.forEach(({ means, variances }, j) => {
        this.#means[j] = means[c]!;
        this.#deviations[j] = Math.sqrt(variances[c]!);
      });
      this.#fantasies.forEach(({ draws, region }, s) => {
        predictions.forEach(({ block, from }, j) => {
          this.#shifted[j] = this.#means[j]! + shiftOf(draws[j]!, block, from + c, count);
        });
        this.#logs[s] = region.logExpectation(this.#shifted, this.#deviations);
      });
      out[c] = this.#logMean();
    }
  }

  valueAndGradient(x: Float64Array, gradient: Float64Array): number {
    const vs = this.#posteriors.map((posterior, j) => {
      const v = posterior.predict(x);
      this.#means[j] = posterior.mean;
      this.#deviations[j] = Math.sqrt(posterior.variance);
      return v;
    });
    const parts = this.#fantasies.map(({ draws, region }, s) => {
      draws.forEach((draw, j) => {
        this.#shifted[j] = this.#means[j]! + shiftOf(draw, vs[j]!, this.#posteriors[j]!.observed, 1);
      });
      this.#logs[s] = region.logExpectation(this.#shifted, this.#deviations);
      region.slopes(this.#byMean, this.#byDeviation);
      return { byMean: Float64Array.from(this.#byMean), byDeviation: Float64Array.from(this.#byDeviation) };
    });
    const value = this.#logMean();
    const weights = this.#logs.map((log) => Math.exp(log - value) / this.#logs.length);
    gradient.fill(0);
    this.#posteriors.forEach((posterior, j) => {
      const byPending = new Float64Array(posterior.pending);
      let byMean = 0;
      let byDeviation = 0;
      parts.forEach((part, s) => {
        const slope = weights[s]! * part.byMean[j]!;
        byMean += slope;
        byDeviation += weights[s]! * part.byDeviation[j]!;
        const draw = this.#fantasies[s]!.draws[j]!;
        for (let i = 0; i < byPending.length; i++) byPending[i] = byPending[i]! + slope * draw[i]!;
      });
      posterior.addGradient(byMean, byDeviation / (2 * this.#deviations[j]!), gradient, byPending);
    });
    return value;
  }

  #logMean(): number {
    return logSumExp(this.#logs) - Math.log(this.#logs.length);
  }
}
