import type { Rung } from "./rung.ts";

/** Configurations compared at most, the oldest. */
const MOST = 64;
/** Pairs whose order at both rungs is known before they are believed: those of eight configurations. */
const ENOUGH = 28;
/** Agreement of a rung's order with that of the next below which it is passed over: a third of noise picks no better than chance, and costs as much. */
const LEAST_AGREEMENT = 0.2;

/** Does the order of a rung foretell that of the next one? It does until enough trials say that it does not. */
function foretells(lower: Rung, upper: Rung): boolean {
  return (rankAgreement(lower, upper) ?? 1) >= LEAST_AGREEMENT;
}

/** Place of the lowest rung that foretells the next one; the last but one at most. @param rungs by resource, ascending */
export function lowestTelling(rungs: readonly Rung[]): number {
  const last = Math.max(0, rungs.length - 2);
  for (let rung = 0; rung < last; rung++) if (foretells(rungs[rung] as Rung, rungs[rung + 1] as Rung)) return rung;
  return last;
}

/**
 * How well the order of configurations at one rung foretells that at another one: Goodman and Kruskal's gamma, from −1 to 1, over the configurations that finished at both; 0
 * when it foretells nothing. undefined while there are too few.
 */
function rankAgreement(lower: Rung, upper: Rung): number | undefined {
  const both = upper.finite
    .flatMap((above) => {
      const below = lower.get(above.key);
      return below === undefined || below.loss === Number.POSITIVE_INFINITY ? [] : [{ above, below }];
    })
    .sort((a, b) => a.above.id - b.above.id)
    .slice(0, MOST);
  let agreeing = 0;
  let pairs = 0;
  both.forEach((one, i) => {
    for (const other of both.slice(0, i)) {
      const sign = Math.sign(one.above.loss - other.above.loss) * Math.sign(one.below.loss - other.below.loss);
      if (sign === 0) continue;
      pairs++;
      agreeing += sign;
    }
  });
  return pairs < ENOUGH ? undefined : agreeing / pairs;
}
