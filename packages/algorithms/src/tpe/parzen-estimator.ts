import { type RandomStream, truncatedNormalQuantile } from "@qalam/numeric";
import type { Centres } from "./bandwidths.ts";
import { coordinateAt, type KernelAxis } from "./kernel-axis.ts";
import { type KernelTable, nodeOf } from "./kernel-tables.ts";

/** Kernels are passed over when all of them together could not change the density by more than e to this. */
const NEGLIGIBLE = -7;

/** ½z² = (z·√½)². */
const SQRT_HALF = Math.SQRT1_2;

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
  /** The part of it that discrete axes can add. */
  #discreteAhead = 0;
  /** The continuous axes, and √½/σ along them. */
  readonly #continuous: readonly number[];
  readonly #halves: Float64Array;
  /** Coordinates along them of the point at hand. */
  readonly #position: Float64Array;
  readonly #discrete: readonly number[];
  /** Sums of the kernels' normalising constants along the continuous axes, NaN until needed, [kernels] and room for more. */
  #constants = new Float64Array(0);
  #known = 0;
  /** The largest that such a sum can be. */
  #largestConstant = 0;

  constructor(axes: readonly KernelAxis[]) {
    this.#axes = axes;
    const all = axes.map((_, d) => d);
    this.#continuous = all.filter((d) => axes[d]?.kind === "continuous");
    this.#discrete = all.filter((d) => axes[d]?.kind !== "continuous");
    this.#halves = new Float64Array(this.#continuous.length);
    this.#position = new Float64Array(this.#continuous.length);
    this.#ahead = new Float64Array(axes.length + 1);
    this.#precisions = new Float64Array(axes.length);
  }

  /** @param weights of the kernels, with mean 1; absent: all the same @param prior weight of the prior, in kernels */
  fit(centres: Centres, kernels: readonly KernelTable[], prior: number, weights?: Float64Array): void {
    this.#kernels = kernels;
    this.#logs = kernels.map(({ logs }) => logs);
    kernels.forEach(({ bandwidth }, d) => {
      this.#precisions[d] = this.#axes[d]?.kind === "continuous" ? 1 / bandwidth : 0;
    });
    this.#continuous.forEach((d, k) => {
      this.#halves[k] = SQRT_HALF / (kernels[d] as KernelTable).bandwidth;
    });
    this.#largestConstant = this.#continuous.reduce((sum, d) => sum + (kernels[d] as KernelTable).largest, 0);
    this.#known = 0;
    this.grow(centres, prior, weights);
  }

  /** Takes in the same centres with more behind them; everything else stays as it was fitted. */
  grow(centres: Centres, prior: number, weights?: Float64Array): void {
    const total = centres.count + prior;
    this.#centres = centres;
    this.#logWeights = weights?.map((weight) => Math.log(weight / total)) ?? -Math.log(total);
    this.#priorLogWeight = Math.log(prior / total);
    this.#forgetConstants();
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
    const isComplete = this.#setPosition(point);
    for (let i = 0; i < count; i++) {
      const weight = typeof weights === "number" ? weights : (weights[i] as number);
      let log = isComplete ? this.#completeLog(i, point, weight, floor) : Number.NaN;
      if (Number.isNaN(log)) log = this.#kernelLog(first + i, point, weight, floor);
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

  /** Makes room for the constants of the kernels that have come. */
  #forgetConstants(): void {
    const { count } = this.#centres;
    if (this.#constants.length < count) {
      const larger = new Float64Array(2 * count);
      larger.set(this.#constants);
      this.#constants = larger;
    }
    this.#constants.fill(Number.NaN, this.#known, count);
    this.#known = count;
  }

  /** NaN when the kernel lacks a place. */
  #constantOf(kernel: number): number {
    const known = this.#constants[kernel] as number;
    if (!Number.isNaN(known)) return known;
    const { rows, first } = this.#centres;
    const start = (first + kernel) * this.#axes.length;
    let sum = 0;
    for (const d of this.#continuous) {
      const centre = rows[start + d] as number;
      sum += Number.isNaN(centre) ? centre : ((this.#logs[d] as Float64Array)[nodeOf(centre)] as number);
    }
    this.#constants[kernel] = sum;
    return sum;
  }

  /** @returns whether the point has a place along every axis */
  #setPosition(point: Float64Array): boolean {
    for (let d = 0; d < point.length; d++) if (Number.isNaN(point[d])) return false;
    for (let k = 0; k < this.#continuous.length; k++)
      this.#position[k] = point[this.#continuous[k] as number] as number;
    return true;
  }

  /**
   * Log density of a kernel at a point that has all coordinates, −Infinity as soon as it is sure to stay below the floor: it begins with the largest constants, so
   * that every continuous axis can only lower it. NaN when the kernel lacks a place.
   */
  #completeLog(kernel: number, point: Float64Array, logWeight: number, floor: number): number {
    const { rows, first } = this.#centres;
    const start = (first + kernel) * this.#axes.length;
    const continuous = this.#continuous;
    const position = this.#position;
    const halves = this.#halves;
    const least = floor - this.#discreteAhead;
    let log = logWeight + this.#largestConstant;
    for (let k = 0; k < continuous.length; k++) {
      const z = ((position[k] as number) - (rows[start + (continuous[k] as number)] as number)) * (halves[k] as number);
      log -= z * z;
      if (log < least) return Number.NEGATIVE_INFINITY;
    }
    log += this.#constantOf(kernel) - this.#largestConstant;
    for (const d of this.#discrete) {
      const axis = this.#axes[d] as Exclude<KernelAxis, { kind: "continuous" }>;
      log += (this.#logs[d] as Float64Array)[(rows[start + d] as number) * axis.count + (point[d] as number)] as number;
    }
    return log;
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
    this.#discreteAhead = 0;
    this.#ahead[this.#axes.length] = 0;
    for (let d = this.#axes.length - 1; d >= 0; d--) {
      const x = point[d] as number;
      const axis = this.#axes[d] as KernelAxis;
      const own = Number.isNaN(x) || axis.kind === "continuous" ? 0 : (axis.priorLogs[x] as number);
      const most = Number.isNaN(x) ? 0 : Math.max(own, (this.#kernels[d] as KernelTable).largest);
      this.#ahead[d] = (this.#ahead[d + 1] as number) + most;
      if (axis.kind !== "continuous") this.#discreteAhead += most;
      prior += own;
    }
    return prior;
  }
}
