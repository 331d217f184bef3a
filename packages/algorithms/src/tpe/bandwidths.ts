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
  return axes.map((axis, d) => {
    if (axis.kind === "categories") return tables.at(d, (axis.count - 1) / (n + axis.count));
    const sigma = factor * deviation(axis, centres, d, axes.length, prior) * n ** (-1 / 5);
    return tables.at(d, Math.min(1, Math.max(sigma, axis.kind === "cells" ? LEAST_CELLS / axis.count : 1e-6)));
  });
}

/** Standard deviation along one axis, with the uniform prior (mean ½, mean square ⅓) as `prior` observations. */
function deviation(axis: KernelAxis, { rows, first, count }: Centres, d: number, width: number, prior: number): number {
  let total = prior;
  let sum = prior / 2;
  let squares = prior / 3;
  for (let k = first * width + d; k < (first + count) * width; k += width) {
    const coordinate = rows[k] as number;
    if (Number.isNaN(coordinate)) continue;
    const x = unitOf(axis, coordinate);
    total += 1;
    sum += x;
    squares += x * x;
  }
  return Math.sqrt(Math.max(0, squares / total - (sum / total) ** 2));
}
