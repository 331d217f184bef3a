import type { BracketPlan } from "../fidelity/bracket.ts";
import { hyperbandBracket } from "../hyperband/hyperband-brackets.ts";

/** Trials of each rung of a bracket: ⌊n·η⁻ⁱ⌋, one at least (Li et al. 2018, Hyperband, algorithm 1). */
export function rungSizes({ levels, size }: BracketPlan, eta: number): number[] {
  return levels.map((_, rung) => Math.max(1, Math.floor(size / eta ** rung + 1e-9)));
}

/** Members of each level's population: the most trials that any bracket has there (Awad et al. 2021, section 3). @param levels ascending */
export function populationSizes(levels: readonly number[], eta: number): number[] {
  const sizes = levels.map(() => 0);
  for (let index = 0; index < levels.length; index++)
    rungSizes(hyperbandBracket(levels, eta, index), eta).forEach((size, rung) => {
      const level = index + rung;
      sizes[level] = Math.max(sizes[level] as number, size);
    });
  return sizes;
}
