import { BoxMinimizer } from "@qalam/numeric";
import type { HyperparameterPrior, Hyperparameters } from "./hyperparameters.ts";
import { MarginalLikelihood } from "./marginal-likelihood.ts";
import { thinnedRows } from "./thinned-rows.ts";

/** Data a Gaussian process is fitted to. */
export interface FitData {
  /** Features, shape [n][D]. */
  readonly rows: readonly Float64Array[];
  readonly numeric: number;
  /** Standardised, smaller is better. Shape [n]. */
  readonly targets: Float64Array;
}

/** Rows that hyperparameters are fitted to, at most: more hardly move them and cost n³. */
const MAX_FIT_ROWS = 200;

/**
 * The hyperparameters of highest posterior density (MAP), by L-BFGS from each of the starts; the best end wins.
 * @param starts where to begin, such as the last fit; outside the prior's bounds is moved inside
 */
export function fitHyperparameters(
  data: FitData,
  prior: HyperparameterPrior,
  starts: readonly Hyperparameters[] = [prior.start],
  iterations = 50,
): Hyperparameters {
  const chosen = thinnedRows(data.targets, MAX_FIT_ROWS);
  const rows = chosen.map((i) => data.rows[i]!);
  const targets = Float64Array.from(chosen, (i) => data.targets[i]!);
  const likelihood = new MarginalLikelihood(rows, data.numeric, targets, prior);
  const minimizer = new BoxMinimizer(prior.start.length, 10);
  const evaluate = (values: Float64Array, gradient: Float64Array) => likelihood.evaluate(values, gradient);
  let best = prior.start;
  let least = Number.POSITIVE_INFINITY;
  for (const start of starts) {
    const values = Float64Array.from(start);
    const value = minimizer.minimize(evaluate, values, prior.low, prior.high, {
      iterations,
      gradientTolerance: 1e-2,
      valueTolerance: 1e-5,
    });
    if (value < least) {
      least = value;
      best = values;
    }
  }
  return best;
}
