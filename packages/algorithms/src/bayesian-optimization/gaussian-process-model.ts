import type { Acquisition } from "../gp/acquisition.ts";
import type { FeatureSpace } from "../gp/feature-space.ts";
import { type GpFit, GpModel } from "../gp/gp-model.ts";
import { defaultPrior } from "../gp/hyperparameters.ts";
import { modelRows } from "../gp/model-rows.ts";
import type { Criterion } from "./criterion.ts";
import type { Model } from "./model.ts";

/** The Gaussian process of `gp`. A point under way counts as if its loss were the mean predicted there: it lowers the deviation around it. */
export class GaussianProcessModel implements Model {
  readonly #model: GpModel;

  /** @param fit what `dump` of an earlier instance gave */
  constructor(space: FeatureSpace, fit?: GpFit) {
    this.#model = new GpModel(space, defaultPrior(space.dimension), fit);
  }

  update(rows: readonly Float64Array[], targets: Float64Array, pending: readonly Float64Array[]): void {
    const chosen = modelRows(targets);
    this.#model.update(
      chosen.map((i) => rows[i]!),
      Float64Array.from(chosen, (i) => targets[i]!),
      pending,
      rows.length,
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
