import type { Acquisition } from "../gp/acquisition.ts";
import type { FeatureSpace } from "../gp/feature-space.ts";
import { type GpFit, GpModel } from "../gp/gp-model.ts";
import { defaultPrior } from "../gp/hyperparameters.ts";
import { thinnedRows } from "../gp/thinned-rows.ts";
import type { Criterion } from "./criterion.ts";
import type { Model } from "./model.ts";

/** Rows that predictions are made from, at most, beside the newest: they cost n³ once and n² for each prediction. */
const MAX_ROWS = 800;
/** So many new rows are added before the others are chosen anew. */
const NEWEST = 200;

/** The Gaussian process of `gp`. A point under way counts as if its loss were the mean predicted there: it lowers the deviation around it. */
export class GaussianProcessModel implements Model {
  readonly #model: GpModel;

  /** @param fit what `dump` of an earlier instance gave */
  constructor(space: FeatureSpace, fit?: GpFit) {
    this.#model = new GpModel(space, defaultPrior(space.dimension), fit);
  }

  update(rows: readonly Float64Array[], targets: Float64Array, pending: readonly Float64Array[]): void {
    const chosen = limited(targets);
    this.#model.update(
      chosen.map((i) => rows[i]!),
      Float64Array.from(chosen, (i) => targets[i]!),
      pending,
    );
  }

  addPending(row: Float64Array): void {
    this.#model.posterior.addPending(row);
  }

  predict(xs: Float64Array, count: number) {
    const means = new Float64Array(count);
    const variances = new Float64Array(count);
    this.#model.posterior.predictMany(xs, count, means, variances);
    return { means, deviations: variances.map(Math.sqrt) };
  }

  /** A criterion over the features. */
  acquisition(criterion: Criterion): Acquisition {
    const { posterior } = this.#model;
    return {
      values: (xs, count, out) => {
        const { means, deviations } = this.predict(xs, count);
        for (let c = 0; c < count; c++) out[c] = criterion.value(means[c] as number, deviations[c] as number);
      },
      valueAndGradient(x, gradient) {
        posterior.predict(x);
        const deviation = Math.sqrt(posterior.variance);
        const value = criterion.value(posterior.mean, deviation);
        const { byMean, byDeviation } = criterion.slopes(posterior.mean, deviation);
        gradient.fill(0);
        posterior.addGradient(byMean, byDeviation / (2 * deviation), gradient);
        return value;
      },
    };
  }

  dump(): GpFit | null {
    return this.#model.dump();
  }
}

/** Numbers of the rows to predict from. Between two choices rows are only added, so that the factor of the others is kept. */
function limited(targets: Float64Array): number[] {
  const n = targets.length;
  if (n <= MAX_ROWS + NEWEST) return Array.from(targets, (_, i) => i);
  const settled = n - (n % NEWEST);
  const chosen = thinnedRows(targets.subarray(0, settled), MAX_ROWS);
  for (let i = settled; i < n; i++) chosen.push(i);
  return chosen;
}
