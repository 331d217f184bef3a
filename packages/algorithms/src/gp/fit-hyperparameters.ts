import { BoxMinimizer } from "@qalam/numeric";
import type { HyperparameterPrior, Hyperparameters } from "./hyperparameters.ts";
import { MarginalLikelihood } from "./marginal-likelihood.ts";

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
  const { rows, targets } = thinned(data);
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

/** The better half of the room goes to the best rows, the rest is spread over the others. */
function thinned({ rows, targets }: FitData): Pick<FitData, "rows" | "targets"> {
  const n = rows.length;
  if (n <= MAX_FIT_ROWS) return { rows, targets };
  const order = Array.from(targets, (_, i) => i).sort((a, b) => targets[a]! - targets[b]! || a - b);
  const half = MAX_FIT_ROWS / 2;
  const others = Array.from({ length: half }, (_, i) => order[half + Math.floor((i * (n - half)) / half)]!);
  const chosen = [...order.slice(0, half), ...others].sort((a, b) => a - b);
  return { rows: chosen.map((i) => rows[i]!), targets: Float64Array.from(chosen, (i) => targets[i]!) };
}
