import { type KernelAxis, unitOf } from "./kernel-axis.ts";

/** Places are measured from the middle in whole parts of the unit axis: sums of up to 16,384 are exact, so that the order of the rows does not matter. */
const PARTS = 2 ** 40;

/** How far the places of rows of kernel coordinates spread along each axis. Rows come and go without a pass over the others. */
export class Spread {
  readonly #axes: readonly KernelAxis[];
  /** Rows with a coordinate, the sums of their places and of the squares, by axis. */
  readonly #counts: Float64Array;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  /** Places of the coordinates on the unit axis; undefined where coordinates are places. */
  readonly #places: readonly (Float64Array | undefined)[];

  constructor(axes: readonly KernelAxis[]) {
    this.#axes = axes;
    this.#counts = new Float64Array(axes.length);
    this.#sums = new Float64Array(axes.length);
    this.#squares = new Float64Array(axes.length);
    this.#places = axes.map((axis) =>
      axis.kind === "continuous" ? undefined : Float64Array.from({ length: axis.count }, (_, k) => unitOf(axis, k)),
    );
  }

  /** Adds rows that lie one after the other. */
  add(rows: Float64Array, first = 0, count = 1): void {
    const width = this.#axes.length;
    for (let i = first * width, d = 0; i < (first + count) * width; i++, d = d + 1 === width ? 0 : d + 1) {
      const coordinate = rows[i] as number;
      if (Number.isNaN(coordinate)) continue;
      const place = this.#places[d];
      const x = (place === undefined ? coordinate : (place[coordinate] as number)) - 0.5;
      this.#counts[d] = (this.#counts[d] as number) + 1;
      this.#sums[d] = (this.#sums[d] as number) + Math.round(x * PARTS);
      this.#squares[d] = (this.#squares[d] as number) + Math.round(x * x * PARTS);
    }
  }

  /** What is left when rows are taken away. @param some rows that were added to this one too */
  without(some: Spread): Spread {
    const rest = new Spread(this.#axes);
    for (let d = 0; d < this.#axes.length; d++) {
      rest.#counts[d] = (this.#counts[d] as number) - (some.#counts[d] as number);
      rest.#sums[d] = (this.#sums[d] as number) - (some.#sums[d] as number);
      rest.#squares[d] = (this.#squares[d] as number) - (some.#squares[d] as number);
    }
    return rest;
  }

  /** Standard deviations along the axes, with the uniform prior (variance 1/12) as `prior` further rows. */
  deviations(prior: number): Float64Array {
    return this.#counts.map((count, d) => {
      const total = count + prior;
      const mean = (this.#sums[d] as number) / PARTS / total;
      const square = ((this.#squares[d] as number) / PARTS + prior / 12) / total;
      return Math.sqrt(Math.max(0, square - mean * mean));
    });
  }
}
