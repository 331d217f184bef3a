import type { RangeParameter } from "./resource-space.ts";

/** Powers of eta that are this close to a bound reach it: 3⁵ = 243 has five steps of 3, whatever the logarithms say. */
const SLACK = 1e-9;

/**
 * The resources R·η⁻ˢ from the least not below `min` up to R (Li et al. 2018, Hyperband, algorithm 1; 2020, ASHA), as values of the parameter: rounded down to its
 * step, equal ones once. Ascending; the last is R.
 */
export function resourceLevels(parameter: RangeParameter, min: number, max: number, eta: number): number[] {
  const levels: number[] = [];
  for (let power = 0; ; power++) {
    const resource = max / eta ** power;
    if (power > 0 && resource < min * (1 - SLACK)) break;
    const value = roundDown(parameter, resource);
    if (value < min || value === levels[0]) break;
    levels.unshift(value);
  }
  return levels.length === 0 ? [max] : levels;
}

/** The largest value of the parameter that is at most this. */
function roundDown({ type, min, step }: RangeParameter, resource: number): number {
  const width = step ?? (type === "int" ? 1 : undefined);
  if (width === undefined) return resource;
  const steps = Math.floor((resource - min) / width + SLACK);
  return Number((min + steps * width).toPrecision(15));
}
