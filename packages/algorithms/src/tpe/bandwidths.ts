import { type KernelAxis, unitOf } from "./kernel-axis.ts";
import type { KernelTable, KernelTables } from "./kernel-tables.ts";

/** A kernel reaches at least half a cell, so that its neighbours are never out of reach. */
const LEAST_CELLS = 0.5;

/** Kernel centres, [rows × axes] from a row on. */
export interface Centres {
  readonly rows: Float64Array;
  readonly first: number;
  readonly count: number;
}

/**
 * The kernels along every axis. Ordered parameters have Silverman's bandwidth for one dimension, factor · s · n^(−1/5), however many there are: few of them matter
 * at a time. s is the deviation of the centres together with the prior as a further observation, which keeps the kernels from closing in on the first good
 * trials. Categories are left with the probability that n + 1 observations and one count of the prior for each give (as in Optuna).
 * @param prior weight of the prior in the deviation, in observations
 */
export function kernelsFor(
  axes: readonly KernelAxis[],
  tables: KernelTables,
  centres: Centres,
  { factor, prior }: { factor: number; prior: number },
): KernelTable[] {
  const n = centres.count + 1;
  const deviations = deviationsOf(axes, centres, prior);
  return axes.map((axis, d) => {
    if (axis.kind === "categories") return tables.at(d, (axis.count - 1) / (n + axis.count));
    const sigma = factor * (deviations[d] as number) * n ** (-1 / 5);
    return tables.at(d, Math.min(1, Math.max(sigma, axis.kind === "cells" ? LEAST_CELLS / axis.count : 1e-6)));
  });
}

/** Standard deviations along the axes, with the uniform prior (mean ½, mean square ⅓) as `prior` observations. One pass over the rows as they lie in memory. */
function deviationsOf(axes: readonly KernelAxis[], { rows, first, count }: Centres, prior: number): Float64Array {
  const width = axes.length;
  const totals = new Float64Array(width).fill(prior);
  const sums = new Float64Array(width).fill(prior / 2);
  const squares = new Float64Array(width).fill(prior / 3);
  const places = axes.map(placesOf);
  for (let i = first * width, d = 0; i < (first + count) * width; i++, d = d + 1 === width ? 0 : d + 1) {
    const coordinate = rows[i] as number;
    if (Number.isNaN(coordinate)) continue;
    const place = places[d];
    const x = place === undefined ? coordinate : (place[coordinate] as number);
    totals[d] = (totals[d] as number) + 1;
    sums[d] = (sums[d] as number) + x;
    squares[d] = (squares[d] as number) + x * x;
  }
  return totals.map((total, d) =>
    Math.sqrt(Math.max(0, (squares[d] as number) / total - ((sums[d] as number) / total) ** 2)),
  );
}

/** Places of the coordinates on the unit axis; undefined when coordinates are places. */
function placesOf(axis: KernelAxis): Float64Array | undefined {
  return axis.kind === "continuous" ? undefined : Float64Array.from({ length: axis.count }, (_, k) => unitOf(axis, k));
}
