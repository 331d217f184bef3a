import type { Losses } from "./dominance.ts";
import { exclusiveHypervolume, isInside } from "./hypervolume.ts";

/**
 * A subset of rows with much hypervolume: greedily the row that adds most, which reaches at least 1 − 1/e of the best subset's volume. Contributions only
 * shrink as rows are taken, so old ones serve as bounds (lazy greedy, Minoux 1978; Chen, Ishibuchi and Shang 2020, arXiv:2007.02050).
 * @returns `count` indices in the order taken; rows outside the reference last
 */
export function selectByHypervolume(rows: readonly Losses[], count: number, reference: Losses): number[] {
  const inside = Array.from(rows, (_, i) => i).filter((i) => isInside(rows[i] as Losses, reference));
  const bounds = rows.map((row) => exclusiveHypervolume(row, [], reference));
  const taken: number[] = [];
  const members: Losses[] = [];
  const open = new Set(inside);
  while (taken.length < count && open.size > 0) {
    const next = largest(open, rows, bounds, members, reference);
    taken.push(next);
    members.push(rows[next] as Losses);
    open.delete(next);
  }
  for (let i = 0; i < rows.length && taken.length < count; i++)
    if (!isInside(rows[i] as Losses, reference)) taken.push(i);
  return taken;
}

/** The open row that adds most to the members; updates the bounds it had to look at. The first of equals. */
function largest(
  open: ReadonlySet<number>,
  rows: readonly Losses[],
  bounds: number[],
  members: readonly Losses[],
  reference: Losses,
): number {
  const byBound = [...open].sort((a, b) => (bounds[b] as number) - (bounds[a] as number) || a - b);
  let best = byBound[0] as number;
  let most = Number.NEGATIVE_INFINITY;
  for (const i of byBound) {
    if ((bounds[i] as number) < most) break;
    const added = exclusiveHypervolume(rows[i] as Losses, members, reference);
    bounds[i] = added;
    if (added > most || (added === most && i < best)) {
      most = added;
      best = i;
    }
  }
  return best;
}

/** A reference point a tenth beyond the worst loss of every objective, of rows that are finite; 1 where there are none (Ozaki et al. 2022, MOTPE). */
export function referencePoint(rows: readonly Losses[]): Float64Array {
  return Float64Array.from({ length: rows[0]?.length ?? 0 }, (_, objective) => {
    let worst = Number.NEGATIVE_INFINITY;
    for (const row of rows) {
      const loss = row[objective] as number;
      if (Number.isFinite(loss) && loss > worst) worst = loss;
    }
    if (worst === Number.NEGATIVE_INFINITY) return 1;
    return worst === 0 ? 1e-12 : Math.min(Number.MAX_VALUE, Math.max(1.1 * worst, 0.9 * worst));
  });
}
