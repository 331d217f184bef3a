import type { Point } from "../parameter.ts";
import type { SearchSpace } from "../search-space.ts";
import { coordinateAt, type KernelAxis, kernelAxisOf, unitOf } from "./kernel-axis.ts";

/** The mapping between points and the coordinates of kernels: one per parameter with more than one value, NaN where it is not active. */
export class KernelSpace {
  readonly axes: readonly KernelAxis[];
  readonly #space: SearchSpace;
  readonly #parameters: readonly number[];
  readonly #unit: Float64Array;

  constructor(space: SearchSpace) {
    this.#space = space;
    this.#parameters = space.parameters.flatMap((_, i) => ((space.counts[i] as number) > 1 ? [i] : []));
    this.axes = this.#parameters.map((i) => kernelAxisOf(space, i));
    this.#unit = new Float64Array(space.dimension).fill(0.5);
  }

  /** The point at coordinates; coordinates of parameters that are not active there become NaN. */
  settle(coordinates: Float64Array): Point {
    for (let d = 0; d < coordinates.length; d++)
      this.#unit[this.#parameters[d] as number] = unitOf(this.axes[d] as KernelAxis, coordinates[d] as number);
    const point = this.#space.decode(this.#unit);
    for (let d = 0; d < coordinates.length; d++)
      if (Number.isNaN(point[this.#parameters[d] as number])) coordinates[d] = Number.NaN;
    return point;
  }

  coordinatesOf(point: Point): Float64Array {
    const unit = this.#space.encode(point);
    return Float64Array.from(this.axes, (axis, d) => {
      const i = this.#parameters[d] as number;
      const value = point[i] as number;
      if (Number.isNaN(value) || axis.kind === "categories") return value;
      return coordinateAt(axis, unit[i] as number);
    });
  }
}
