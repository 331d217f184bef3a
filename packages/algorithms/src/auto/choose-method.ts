import type { SamplerOptions } from "../sampler.ts";

/** Finished trials after which a Gaussian process of one region, or Parzen estimators, find more for their time (docs/reference/benchmarks/search-quality.md). */
export const GP_TRIALS = 300;
/** Objectives up to which it covers more of a front than Parzen estimators. */
const GP_OBJECTIVES = 4;
/** With more values in one list than this, a Gaussian process learns about each from too few trials. */
const GP_CATEGORIES = 500;

/** The algorithm that makes the next suggestions, and why, in words for the user. */
export interface Choice {
  readonly method: "gp" | "multivariate-tpe" | "turbo";
  readonly reason: string;
}

/**
 * Chooses by what is asked and by how many trials have finished; never goes back to a method it has left.
 * @param finished trials of this experiment with or without a result
 */
export function chooseMethod(
  { space, directions, constraints = 0 }: Pick<SamplerOptions, "space" | "directions" | "constraints">,
  finished: number,
): Choice {
  const parzen = (reason: string): Choice => ({ method: "multivariate-tpe", reason });
  if (directions.length > GP_OBJECTIVES) return parzen(`${directions.length} objectives`);
  const largest = Math.max(0, ...space.parameters.map((one) => (one.type === "categorical" ? one.values.length : 0)));
  if (largest > GP_CATEGORIES) return parzen(`a list of ${largest} values`);
  if (finished < GP_TRIALS) return { method: "gp", reason: `fewer than ${GP_TRIALS} trials have finished` };
  const reason = `${GP_TRIALS} trials have finished`;
  // A region is of one objective without outcome constraints.
  return directions.length > 1 || constraints > 0 ? parzen(reason) : { method: "turbo", reason };
}
