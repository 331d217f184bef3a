import { logNormalCdf, logNormalPdf, type RandomStream, SobolSequence } from "@qalam/numeric";
import { dominates, type Losses } from "../multi-objective/dominance.ts";
import { logSumExp } from "./fantasies.ts";
import type { ImprovementRegion } from "./improvement-region.ts";

/** Goals of a region at most, and draws to find them. */
const MAX_GOALS = 128;
const MAX_DRAWS = 8 * MAX_GOALS;

/** Goals whose chance is this many times smaller than another's, in logarithms, are left out. */
const NEGLIGIBLE = 40;

/**
 * The region as points drawn from it, for many objectives, where boxes are too many: the expectation is the mean over these goals of the probability to reach one.
 * The same goals serve all points that are compared, so that differences among them are smooth.
 */
export class SampledRegion implements ImprovementRegion {
  /** Row-major [goals, m]. */
  readonly #goals: Float64Array;
  /** log of the volume that one goal stands for. */
  readonly #logVolume: number;
  /** Of the last expectation: goals in standard units and the logarithms of the chances to reach them, by objective and together. */
  readonly #units: Float64Array;
  readonly #chances: Float64Array;
  readonly #logs: Float64Array;
  readonly #deviations: Float64Array;

  /** @param low better than the front in every objective by as much as is hoped for */
  constructor(front: readonly Losses[], low: Losses, reference: Losses, random: RandomStream) {
    const m = reference.length;
    const extents = Float64Array.from(low, (bottom, j) => (reference[j] as number) - bottom);
    const sequence = new SobolSequence(m, random);
    // What no row can take away: every region has a goal.
    const goals: Float64Array[] = [Float64Array.from(low)];
    let draws = 1;
    for (; goals.length < MAX_GOALS && draws < MAX_DRAWS; draws++) {
      const goal = sequence.point(draws).map((u, j) => (low[j] as number) + u * (extents[j] as number));
      if (!front.some((row) => dominates(row, goal))) goals.push(goal);
    }
    this.#goals = new Float64Array(goals.length * m);
    goals.forEach((goal, s) => {
      this.#goals.set(goal, s * m);
    });
    this.#logVolume = extents.reduce((sum, extent) => sum + Math.log(extent), 0) - Math.log(draws);
    this.#units = new Float64Array(goals.length * m);
    this.#chances = new Float64Array(goals.length * m);
    this.#logs = new Float64Array(goals.length);
    this.#deviations = new Float64Array(m);
  }

  logExpectation(means: Float64Array, deviations: Float64Array): number {
    const m = means.length;
    this.#deviations.set(deviations);
    let largest = Number.NEGATIVE_INFINITY;
    for (let s = 0; s < this.#logs.length; s++) {
      let log = 0;
      for (let j = 0, at = s * m; j < m && log > largest - NEGLIGIBLE; j++, at++) {
        const unit = (this.#goals[at]! - means[j]!) / deviations[j]!;
        this.#units[at] = unit;
        this.#chances[at] = logNormalCdf(unit);
        log += this.#chances[at]!;
      }
      largest = Math.max(largest, log);
      this.#logs[s] = log > largest - NEGLIGIBLE ? log : Number.NEGATIVE_INFINITY;
    }
    return this.#logVolume + logSumExp(this.#logs);
  }

  slopes(byMean: Float64Array, byDeviation: Float64Array): void {
    const m = byMean.length;
    const total = logSumExp(this.#logs);
    byMean.fill(0);
    byDeviation.fill(0);
    for (let s = 0; s < this.#logs.length; s++) {
      const weight = Math.exp(this.#logs[s]! - total);
      if (weight < Number.EPSILON) continue;
      for (let j = 0, at = s * m; j < m; j++, at++) {
        const slope = (weight * Math.exp(logNormalPdf(this.#units[at]!) - this.#chances[at]!)) / this.#deviations[j]!;
        byMean[j] = byMean[j]! - slope;
        byDeviation[j] = byDeviation[j]! - slope * this.#units[at]!;
      }
    }
  }
}
