import type { RandomStream } from "@qalam/numeric";
import type { SearchSpace } from "../search-space.ts";

const MIN_BANDWIDTH = 1e-3;
/** Draws until a coordinate is inside the cube. */
const MAX_DRAWS = 20;

/**
 * A multivariate density on the unit cube: the mean of products of one kernel per coordinate, normal ones with Scott's bandwidth, for categories those of Aitchison and
 * Aitken (1976).
 */
export class KernelDensity {
  readonly #points: readonly Float64Array[];
  readonly #bandwidths: Float64Array;
  /** Number of categories; 0 for a coordinate with an order. */
  readonly #categories: readonly number[];

  /** @param points not empty, shape [n][d] */
  constructor(space: SearchSpace, points: readonly Float64Array[]) {
    const { dimension, counts, parameters } = space;
    const factor = points.length ** (-1 / (dimension + 4));
    this.#points = points;
    this.#categories = parameters.map(({ type }, i) => (type === "categorical" ? (counts[i] as number) : 0));
    this.#bandwidths = Float64Array.from(this.#categories, (categories, i) => {
      const spread = factor * deviation(points.map((point) => point[i] as number));
      // No category may lose its chance, nor gain more than its share.
      return categories > 0
        ? Math.min((categories - 1) / categories, Math.max(MIN_BANDWIDTH, spread))
        : Math.max(MIN_BANDWIDTH, spread);
    });
  }

  /** A draw from the density with wider kernels, inside the cube. */
  sample(random: RandomStream, bandwidthFactor: number): Float64Array {
    const centre = this.#points[random.integer(this.#points.length)] as Float64Array;
    return centre.map((value, i) => {
      const bandwidth = (this.#bandwidths[i] as number) * bandwidthFactor;
      const categories = this.#categories[i] as number;
      if (categories > 0) return random.uniform() < bandwidth ? random.uniform() : value;
      for (let draw = 0; draw < MAX_DRAWS; draw++) {
        const moved = value + bandwidth * random.normal();
        if (moved >= 0 && moved <= 1) return moved;
      }
      return value;
    });
  }

  logDensity(unit: Float64Array): number {
    const logs = this.#points.map((point) => {
      let sum = 0;
      for (let i = 0; i < unit.length; i++) sum += this.#logKernel(i, point[i] as number, unit[i] as number);
      return sum;
    });
    const largest = Math.max(...logs);
    return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0) / logs.length);
  }

  #logKernel(i: number, centre: number, value: number): number {
    const bandwidth = this.#bandwidths[i] as number;
    const categories = this.#categories[i] as number;
    if (categories === 1) return 0;
    if (categories === 0) return -0.5 * ((value - centre) / bandwidth) ** 2 - Math.log(bandwidth);
    const isSame = Math.floor(centre * categories) === Math.min(categories - 1, Math.floor(value * categories));
    return Math.log(isSame ? 1 - bandwidth : bandwidth / (categories - 1));
  }
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
