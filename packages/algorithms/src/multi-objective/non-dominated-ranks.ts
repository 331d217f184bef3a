import { compareLosses, dominates, type Losses } from "./dominance.ts";

/**
 * Rank of every row: 0 when no row dominates it, 1 when only rows of rank 0 do, and so on. Efficient non-dominated sort with binary search over the fronts
 * (Zhang et al. 2015, IEEE Trans. Evol. Comput. 19): O(m·n·log n) for two objectives, O(m·n²) at worst.
 * @param rows [n][m] @returns [n]
 */
export function nonDominatedRanks(rows: readonly Losses[]): Int32Array {
  const order = Array.from(rows, (_, i) => i);
  order.sort((a, b) => compareLosses(rows[a] as Losses, rows[b] as Losses) || a - b);
  const ranks = new Int32Array(rows.length);
  const fronts: Losses[][] = [];
  for (const i of order) {
    const row = rows[i] as Losses;
    // A front that holds a dominating row has one in every front before it too.
    let low = 0;
    let high = fronts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isDominatedBy(fronts[middle] as Losses[], row)) low = middle + 1;
      else high = middle;
    }
    if (low === fronts.length) fronts.push([]);
    (fronts[low] as Losses[]).push(row);
    ranks[i] = low;
  }
  return ranks;
}

/** @param front in lexicographic order, and no later than the row */
function isDominatedBy(front: readonly Losses[], row: Losses): boolean {
  // With two objectives the last of a front has the smallest second loss.
  const first = row.length <= 2 ? front.length - 1 : 0;
  for (let k = front.length - 1; k >= first; k--) if (dominates(front[k] as Losses, row)) return true;
  return false;
}
