import type { Losses } from "./dominance.ts";

/**
 * Crowding distance of every row among the rows of its front: the sum over objectives of the gap between its neighbours, in shares of the front's extent;
 * Infinity at the ends of any objective (Deb et al. 2002, NSGA-II, section III-B). Extents that are zero or infinite count nothing.
 * @param front [n][m] @returns [n]
 */
export function crowdingDistances(front: readonly Losses[]): Float64Array {
  const distances = new Float64Array(front.length);
  const order = Array.from(front, (_, i) => i);
  for (let objective = 0; objective < (front[0]?.length ?? 0); objective++) {
    const loss = (i: number) => (front[i] as Losses)[objective] as number;
    order.sort((a, b) => (loss(a) < loss(b) ? -1 : loss(a) > loss(b) ? 1 : a - b));
    const first = order[0] as number;
    const last = order[order.length - 1] as number;
    const extent = loss(last) - loss(first);
    if (extent === 0) continue;
    distances[first] = Number.POSITIVE_INFINITY;
    distances[last] = Number.POSITIVE_INFINITY;
    if (!Number.isFinite(extent)) continue;
    for (let k = 1; k + 1 < order.length; k++) {
      const gap = loss(order[k + 1] as number) - loss(order[k - 1] as number);
      distances[order[k] as number] = (distances[order[k] as number] as number) + gap / extent;
    }
  }
  return distances;
}
