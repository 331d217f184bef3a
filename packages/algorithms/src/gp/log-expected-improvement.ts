import { logImprovement, logImprovementSlope, type RandomStream } from "@qalam/numeric";
import type { Acquisition } from "./acquisition.ts";
import { fantasyDraws, logSumExp, shiftOf } from "./fantasies.ts";
import type { Posterior } from "./posterior.ts";

/** Draws of the pending points' outcomes. */
const FANTASIES = 32;

/**
 * log E[max(0, best − f(x))] (Ament et al. 2023). With points under way, the logarithm of its mean over draws of their outcomes, each with the best outcome it would leave:
 * the conditioning form of qLogEI, one point at a time.
 */
export class LogExpectedImprovement implements Acquisition {
  readonly #posterior: Posterior;
  /** Draws of the pending rows' elements of z, shape [fantasies][pending]; one empty draw without pending rows. */
  readonly #draws: readonly Float64Array[];
  /** Best outcome of each fantasy. */
  readonly #bests: Float64Array;
  readonly #logs: Float64Array;
  readonly #byPending: Float64Array;

  /** @param best least outcome so far, in the posterior's units */
  constructor(posterior: Posterior, best: number, random: RandomStream) {
    const { pending } = posterior;
    this.#posterior = posterior;
    this.#draws = fantasyDraws(FANTASIES, pending, random);
    this.#bests = Float64Array.from(this.#draws, (draw) => {
      let least = best;
      for (let j = 0; j < pending; j++) least = Math.min(least, posterior.pendingOutcome(j, draw));
      return least;
    });
    this.#logs = new Float64Array(this.#draws.length);
    this.#byPending = new Float64Array(pending);
  }

  values(xs: Float64Array, count: number, out: Float64Array): void {
    const means = new Float64Array(count);
    const variances = new Float64Array(count);
    const block = this.#posterior.predictMany(xs, count, means, variances);
    const from = this.#posterior.observed * count;
    for (let c = 0; c < count; c++) {
      const deviation = Math.sqrt(variances[c]!);
      this.#setLogs(means[c]!, deviation, block, from + c, count);
      out[c] = this.#logMean() + Math.log(deviation);
    }
  }

  valueAndGradient(x: Float64Array, gradient: Float64Array): number {
    const v = this.#posterior.predict(x);
    const { mean, variance, observed } = this.#posterior;
    const deviation = Math.sqrt(variance);
    this.#setLogs(mean, deviation, v, observed, 1);
    const value = this.#logMean();
    let byMean = 0;
    let byDeviation = 1 / deviation;
    const byPending = this.#byPending.fill(0);
    this.#draws.forEach((draw, s) => {
      const log = this.#logs[s]!;
      const shift = shiftOf(draw, v, observed, 1);
      const z = (this.#bests[s]! - mean - shift) / deviation;
      const slope = (Math.exp(log - value) / this.#draws.length) * (logImprovementSlope(z, log) / deviation);
      byMean -= slope;
      byDeviation -= slope * z;
      for (let j = 0; j < byPending.length; j++) byPending[j] = byPending[j]! - slope * draw[j]!;
    });
    gradient.fill(0);
    this.#posterior.addGradient(byMean, byDeviation / (2 * deviation), gradient, byPending);
    return value + Math.log(deviation);
  }

  #logMean(): number {
    return logSumExp(this.#logs) - Math.log(this.#logs.length);
  }

  /** log h of every fantasy. @param v where the point's elements of v for pending rows stand: from `at` on, `stride` apart */
  #setLogs(mean: number, deviation: number, v: Float64Array, at: number, stride: number): void {
    for (let s = 0; s < this.#draws.length; s++) {
      const shift = shiftOf(this.#draws[s]!, v, at, stride);
      this.#logs[s] = logImprovement((this.#bests[s]! - mean - shift) / deviation);
    }
  }
}
