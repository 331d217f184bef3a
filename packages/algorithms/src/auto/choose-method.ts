import type { SamplerOptions } from "../sampler.ts";

/** Finished trials up to which a Gaussian process is worth its cubic cost. */
export const GP_TRIALS = 300;
/** Objectives up to which it covers more of a front than Parzen estimators. */
const GP_OBJECTIVES = 4;
/** With more values in one list than this, a Gaussian process learns about each from too few trials. */
const GP_CATEGORIES = 500;

/** The algorithm that makes the next suggestions, and why, in words for the user. */
export interface Choice {
  readonly method: "gp" | "multivariate-tpe";
  readonly reason: string;
}

/**
 * Chooses by what is asked and by how many trials have finished; never goes back to a method it has left.
 * @param finished trials of this experiment with or without a result
 */
export function chooseMethod(
  { space, directions }: Pick<SamplerOptions, "space" | "directions">,
  finished: number,
): Choice {
  const parzen = (reason: string): Choice => ({ method: "multivariate-tpe", reason });
  if (directions.length > GP_OBJECTIVES) return parzen(`${directions.length} objectives`);
  const largest = Math.max(0, ...space.parameters.map((one) => (one.type === "categorical" ? one.values.length : 0)));
  if (largest > GP_CATEGORIES) return parzen(`a list of ${largest} values`);
  if (finished >= GP_TRIALS) return parzen(`${GP_TRIALS} trials have finished`);
  return { method: "gp", reason: `fewer than ${GP_TRIALS} trials have finished` };
}
