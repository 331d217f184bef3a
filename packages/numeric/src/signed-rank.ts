import { normalCdf } from "./normal-distribution.ts";

/** Up to so many differences the distribution is counted out; 2⁵⁰ outcomes are exact in double precision. */
const EXACT = 50;

/**
 * Wilcoxon's signed-rank test: the probability of a sum of positive ranks at least as great as this one when each difference is as likely of either sign. Equal differences share
 * their ranks, zeros have theirs and take no side (Pratt 1959). Exact up to 50 differences, ties or not, by counting the sums of all choices of signs; the normal
 * approximation beyond. @param differences finite; infinite ones rank highest. Shape [n] @returns p, 1 when there is no difference
 */
export function signedRankProbability(differences: readonly number[]): number {
  const ranked = doubledRanks(differences.map(Math.abs));
  const ranks = ranked.filter((_, i) => differences[i] !== 0);
  const positive = ranked.reduce((sum, rank, i) => sum + ((differences[i] as number) > 0 ? rank : 0), 0);
  if (ranks.length === 0) return 1;
  return ranks.length > EXACT ? approximate(ranks, positive) : exact(ranks, positive);
}

/** Twice the ranks, so that shared ones are whole. */
function doubledRanks(sizes: readonly number[]): number[] {
  const order = sizes.map((_, i) => i).sort((a, b) => compare(sizes[a] as number, sizes[b] as number));
  const ranks = new Array<number>(sizes.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && sizes[order[to + 1] as number] === sizes[order[from] as number]) to++;
    for (let i = from; i <= to; i++) ranks[order[i] as number] = from + to + 2;
    from = to + 1;
  }
  return ranks;
}

/** Infinities compare too. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function exact(ranks: readonly number[], observed: number): number {
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const ways = new Float64Array(total + 1);
  ways[0] = 1;
  for (const rank of ranks) for (let sum = total; sum >= rank; sum--) ways[sum]! += ways[sum - rank] as number;
  let atLeast = 0;
  for (let sum = observed; sum <= total; sum++) atLeast += ways[sum] as number;
  return atLeast / 2 ** ranks.length;
}

function approximate(ranks: readonly number[], observed: number): number {
  const mean = ranks.reduce((sum, rank) => sum + rank, 0) / 2;
  const variance = ranks.reduce((sum, rank) => sum + rank * rank, 0) / 4;
  return normalCdf((mean - observed) / Math.sqrt(variance));
}
