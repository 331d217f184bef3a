import { thinnedRows } from "./thinned-rows.ts";

/** Rows that predictions are made from, at most, beside the newest: they cost n³ once and n² for each prediction. */
const MAX_ROWS = 600;
/** So many new rows are added before the others are chosen anew. */
const NEWEST = 200;

/**
 * Numbers of the rows that a Gaussian process predicts from, ascending: all while they are few, then the best, others spread over the ranks, and the newest. Between two
 * choices rows are only added, so that the factor of the others is kept.
 * @param merits smaller is better, in the order of the trials
 */
export function modelRows(merits: Float64Array): number[] {
  const n = merits.length;
  if (n <= MAX_ROWS + NEWEST) return Array.from(merits, (_, i) => i);
  const settled = n - (n % NEWEST);
  const chosen = thinnedRows(merits.subarray(0, settled), MAX_ROWS);
  for (let i = settled; i < n; i++) chosen.push(i);
  return chosen;
}
