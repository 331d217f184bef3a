import type { KernelAxis } from "./kernel-axis.ts";
import type { KernelTable, KernelTables } from "./kernel-tables.ts";
import type { Spread } from "./spread.ts";

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
 * @param spread of the centres @param count of them @param prior weight of the prior in the deviation, in observations
 */
export function kernelsFor(
  axes: readonly KernelAxis[],
  tables: KernelTables,
  { spread, count }: { spread: Spread; count: number },
  { factor, prior }: { factor: number; prior: number },
): KernelTable[] {
  const n = count + 1;
  const deviations = spread.deviations(prior);
  return axes.map((axis, d) => {
    if (axis.kind === "categories") return tables.at(d, (axis.count - 1) / (n + axis.count));
    const sigma = factor * (deviations[d] as number) * n ** (-1 / 5);
    return tables.at(d, Math.min(1, Math.max(sigma, axis.kind === "cells" ? LEAST_CELLS / axis.count : 1e-6)));
  });
}
