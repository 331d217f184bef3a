import { type RandomStream, truncatedNormalQuantile } from "@qalam/numeric";
import type { Centres } from "./bandwidths.ts";
import { coordinateAt, type KernelAxis } from "./kernel-axis.ts";
import { type KernelTable, nodeOf } from "./kernel-tables.ts";

/** Kernels are passed over when all of them together could not change the density by more than e to this. */
const NEGLIGIBLE = -7;

/**
 * A density over the union of all parameters: a mixture of product kernels, one at each observed point, and the prior. A parameter that is not active in an observed
 * point has the prior as its kernel there; the density of a point is over its active parameters.
 */
export class ParzenEstimator {
  readonly #axes: readonly KernelAxis[];
  #centres: Centres = { rows: new Float64Array(0), first: 0, count: 0 };
  #kernels: readonly KernelTable[] = [];
  /** 1/σ along each axis, 0 where kernels are tables of cells. */
  readonly #precisions: Float64Array;
  #logs: readonly Float64Array[] = [];
  /** Log weight of each kernel, or one for all. */
  #logWeights: Float64Array | number = 0;
  #priorLogWeight = 0;
  /** Largest log density that the axes from each on can add to a kernel's, for the point at hand. */
  readonly #ahead: Float64Array;

  constructor(axes: readonly KernelAxis[]) {
    this.#axes = axes;
    this.#ahead = new Float64Array(axes.length + 1);
    this.#precisions = new Float64Array(axes.length);
  }

  /** @param weights of the kernels, with mean 1; absent: all the same @param prior weight of the prior, in kernels */
  fit(centres: Centres, kernels: readonly KernelTable[], prior: number, weights?: Float64Array): void {
    const total = centres.count + prior;
    this.#centres = centres;
    this.#kernels = kernels;
    this.#logs = kernels.map(({ logs }) => logs);
    kernels.forEach(({ bandwidth }, d) => {
      this.#precisions[d] = this.#axes[d]?.kind === "continuous" ? 1 / bandwidth : 0;
    });
    this.#logWeights = weights?.map((weight) => Math.log(weight / total)) ?? -Math.log(total);
    this.#priorLogWeight = Math.log(prior / total);
  }

  /**
   * Log density. Stops early when it is sure to be above a limit, with some value from there on.
   * @param point coordinates, NaN where not active
   */
  logDensity(point: Float64Array, limit = Number.POSITIVE_INFINITY): number {
    const { first, count } = this.#centres;
    let largest = this.#priorLogWeight + this.#lookAhead(point);
    let sum = 1;
    let enough = Math.exp(limit - largest);
    const floor = largest + NEGLIGIBLE - Math.log(count + 1);
    const weights = this.#logWeights;
    for (let i = 0; i < count; i++) {
      const weight = typeof weights === "number" ? weights : (weights[i] as number);
      const log = this.#kernelLog(first + i, point, weight, floor);
      if (log <= floor) continue;
      if (log > largest) {
        sum = sum * Math.exp(largest - log) + 1;
        largest = log;
        enough = Math.exp(limit - largest);
      } else sum += Math.exp(log - largest);
      if (sum >= enough) break;
    }
    return largest + Math.log(sum);
  }

  /** Number of a kernel drawn by weight; −1: the prior. */
  drawKernel(random: RandomStream): number {
    const logs = this.#logWeights;
    let rest = random.uniform() - Math.exp(this.#priorLogWeight);
    if (rest < 0) return -1;
    for (let i = 0; i < this.#centres.count; i++) {
      rest -= Math.exp(typeof logs === "number" ? logs : (logs[i] as number));
      if (rest < 0) return i;
    }
    return this.#centres.count - 1;
  }

  /** A draw from a kernel along one axis. */
  drawAlong(axisIndex: number, kernel: number, random: RandomStream): number {
    const axis = this.#axes[axisIndex] as KernelAxis;
    const { rows, first } = this.#centres;
    const centre = kernel < 0 ? Number.NaN : (rows[(first + kernel) * this.#axes.length + axisIndex] as number);
    const u = random.uniform();
    if (Number.isNaN(centre)) return coordinateAt(axis, u);
    const { logs, bandwidth } = this.#kernels[axisIndex] as KernelTable;
    if (axis.kind === "continuous") return truncatedNormalQuantile(u, 0, 1, centre, bandwidth);
    let rest = u;
    for (let k = 0; k < axis.count; k++) {
      rest -= Math.exp(logs[centre * axis.count + k] as number);
      if (rest < 0) return k;
    }
    return centre;
  }

  /** Log density of a kernel, −Infinity as soon as it is sure to stay below the floor. */
  #kernelLog(row: number, point: Float64Array, logWeight: number, floor: number): number {
    const { rows } = this.#centres;
    const ahead = this.#ahead;
    const precisions = this.#precisions;
    const width = precisions.length;
    const start = row * width;
    let log = logWeight;
    for (let d = 0; d < width; d++) {
      const x = point[d] as number;
      if (Number.isNaN(x)) continue;
      const centre = rows[start + d] as number;
      const precision = precisions[d] as number;
      const logs = this.#logs[d] as Float64Array;
      if (precision === 0) {
        const axis = this.#axes[d] as Exclude<KernelAxis, { kind: "continuous" }>;
        log += (Number.isNaN(centre) ? axis.priorLogs[x] : logs[centre * axis.count + x]) as number;
      } else if (!Number.isNaN(centre)) {
        const z = (x - centre) * precision;
        log += (logs[nodeOf(centre)] as number) - 0.5 * z * z;
      }
      if (log + (ahead[d + 1] as number) < floor) return Number.NEGATIVE_INFINITY;
    }
    return log;
  }

  /** Prepares for a point. @returns its log density under the prior */
  #lookAhead(point: Float64Array): number {
    let prior = 0;
    this.#ahead[this.#axes.length] = 0;
    for (let d = this.#axes.length - 1; d >= 0; d--) {
      const x = point[d] as number;
      const axis = this.#axes[d] as KernelAxis;
      const own = Number.isNaN(x) || axis.kind === "continuous" ? 0 : (axis.priorLogs[x] as number);
      const most = Number.isNaN(x) ? 0 : Math.max(own, (this.#kernels[d] as KernelTable).largest);
      this.#ahead[d] = (this.#ahead[d + 1] as number) + most;
      prior += own;
    }
    return prior;
  }
}
