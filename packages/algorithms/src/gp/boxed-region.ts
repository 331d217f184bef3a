import { logImprovement, logImprovementSlope } from "@qalam/numeric";
import type { Losses } from "../multi-objective/dominance.ts";
import { nonDominatedBoxes } from "../multi-objective/non-dominated-boxes.ts";
import { logSumExp } from "./fantasies.ts";
import type { ImprovementRegion } from "./improvement-region.ts";

/**
 * The region as disjoint boxes [l, u): the expectation is exactly Σ Π (ψ(u) − ψ(l)) with ψ(a) = E[max(0, a − f)], which is worked out once for every edge of an
 * objective. In logarithms, so that there is a slope where nothing is likely to be gained (Ament et al. 2023).
 */
export class BoxedRegion implements ImprovementRegion {
  readonly #objectives: number;
  /** Edges by objective, ascending, −Infinity first. */
  readonly #edges: readonly Float64Array[];
  /** Numbers of the boxes' edges, row-major [boxes, m]. */
  readonly #low: Int32Array;
  readonly #high: Int32Array;
  /** Of the last expectation: edges in standard units, log h = log ψ / deviation there, and the logarithms of the boxes' shares. */
  readonly #units: readonly Float64Array[];
  readonly #logs: readonly Float64Array[];
  readonly #deviations: Float64Array;
  readonly #shares: Float64Array;
  readonly #slopes: readonly Float64Array[];

  constructor(front: readonly Losses[], reference: Losses) {
    const boxes = nonDominatedBoxes(front, reference);
    const m = reference.length;
    this.#objectives = m;
    this.#edges = Array.from({ length: m }, (_, j) => {
      const edges = new Set(boxes.flatMap(({ low, high }) => [low[j] as number, high[j] as number]));
      return Float64Array.from(edges).sort();
    });
    const numbers = this.#edges.map((edges) => new Map(Array.from(edges, (edge, e) => [edge, e])));
    const numbersOf = (side: "low" | "high") =>
      Int32Array.from(boxes.flatMap((box) => numbers.map((number, j) => number.get(box[side][j] as number) as number)));
    this.#low = numbersOf("low");
    this.#high = numbersOf("high");
    const room = () => this.#edges.map(({ length }) => new Float64Array(length));
    this.#units = room();
    this.#logs = room();
    this.#slopes = room();
    this.#deviations = new Float64Array(m);
    this.#shares = new Float64Array(boxes.length);
  }

  logExpectation(means: Float64Array, deviations: Float64Array): number {
    const m = this.#objectives;
    let scale = 0;
    for (let j = 0; j < m; j++) {
      this.#setEdges(j, means[j]!, deviations[j]!);
      scale += Math.log(deviations[j]!);
    }
    const shares = this.#shares;
    for (let k = 0, at = 0; k < shares.length; k++) {
      let log = scale;
      for (let j = 0; j < m; j++, at++) {
        const logs = this.#logs[j]!;
        const high = logs[this.#high[at]!]!;
        const low = logs[this.#low[at]!]!;
        log += low === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(-Math.exp(low - high));
      }
      // Rounding may leave less than nothing of a box that is narrow and far away.
      shares[k] = Number.isNaN(log) ? Number.NEGATIVE_INFINITY : log;
    }
    return logSumExp(shares);
  }

  slopes(byMean: Float64Array, byDeviation: Float64Array): void {
    const m = this.#objectives;
    const shares = this.#shares;
    const total = logSumExp(shares);
    this.#setSlopes();
    byMean.fill(0);
    byDeviation.fill(0);
    for (let k = 0; k < shares.length; k++) {
      const weight = Math.exp(shares[k]! - total);
      if (!(weight > Number.EPSILON)) continue;
      for (let j = 0; j < m; j++) {
        const high = this.#high[k * m + j]!;
        const low = this.#low[k * m + j]!;
        const part = Math.exp(this.#logs[j]![low]! - this.#logs[j]![high]!);
        const scale = weight / ((1 - part) * this.#deviations[j]!);
        const atHigh = this.#slopes[j]![high]!;
        const atLow = part * this.#slopes[j]![low]!;
        byMean[j] = byMean[j]! - scale * (atHigh - atLow);
        byDeviation[j] =
          byDeviation[j]! + scale * (1 - part - atHigh * this.#units[j]![high]! + atLow * this.#units[j]![low]!);
      }
    }
  }

  #setEdges(j: number, mean: number, deviation: number): void {
    const edges = this.#edges[j]!;
    const units = this.#units[j]!;
    const logs = this.#logs[j]!;
    this.#deviations[j] = deviation;
    logs[0] = Number.NEGATIVE_INFINITY;
    for (let e = 1; e < edges.length; e++) {
      units[e] = (edges[e]! - mean) / deviation;
      logs[e] = logImprovement(units[e]!);
    }
  }

  /** Derivatives of log h at the edges; the first stands for −Infinity and has none. */
  #setSlopes(): void {
    this.#slopes.forEach((slopes, j) => {
      for (let e = 1; e < slopes.length; e++) slopes[e] = logImprovementSlope(this.#units[j]![e]!, this.#logs[j]![e]!);
    });
  }
}
