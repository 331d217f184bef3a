import type { BracketPlan } from "../fidelity/bracket.ts";

/**
 * The brackets of Hyperband, over and over (Li et al. 2018, algorithm 1): s = s_max … 0 starts n = ⌈(s_max + 1)/(s + 1) · ηˢ⌉ configurations at the resource
 * R·η⁻ˢ. @param levels all resources, ascending, s_max + 1 of them
 */
export function hyperbandBracket(levels: readonly number[], eta: number, index: number): BracketPlan {
  const s = levels.length - 1 - (index % levels.length);
  const size = Math.ceil((levels.length / (s + 1)) * eta ** s - 1e-9);
  return { levels: levels.slice(levels.length - 1 - s), size };
}
