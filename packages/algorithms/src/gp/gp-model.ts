import type { FeatureSpace } from "./feature-space.ts";
import { fitHyperparameters } from "./fit-hyperparameters.ts";
import type { HyperparameterPrior, Hyperparameters } from "./hyperparameters.ts";
import { Posterior } from "./posterior.ts";

/** A fit and the number of trials there were when it was made, as JSON. */
export type GpFit = { readonly rows: number; readonly values: readonly number[] };

/** Below so many rows a fit starts from the prior's start too: the last one may sit in a poor local optimum. */
const FEW_ROWS = 30;
/** Hyperparameters are fitted anew when the data has grown by this part. */
const GROWTH = 1 / 20;

/**
 * A Gaussian process that follows growing data. When to fit anew depends on the number of trials only, and each fit starts from the last: with the last fit dumped and
 * loaded a model goes on as if it had never stopped.
 */
export class GpModel {
  readonly posterior: Posterior;
  readonly #numeric: number;
  readonly #prior: HyperparameterPrior;
  #fit: { rows: number; values: Hyperparameters } | undefined;

  /** @param fit what `dump` of an earlier instance gave */
  constructor(space: FeatureSpace, prior: HyperparameterPrior, fit?: GpFit) {
    this.posterior = new Posterior(space.numeric, space.dimension);
    this.#numeric = space.numeric;
    this.#prior = prior;
    if (fit !== undefined) this.#fit = { rows: fit.rows, values: Float64Array.from(fit.values) };
  }

  /**
   * @param rows features [n][D], old ones first @param targets [n] @param pending features of points under way
   * @param total trials that the rows were chosen from
   */
  update(
    rows: readonly Float64Array[],
    targets: Float64Array,
    pending: readonly Float64Array[],
    total = rows.length,
  ): void {
    const last = this.#fit;
    if (last === undefined || total >= last.rows + Math.max(1, Math.floor(last.rows * GROWTH))) {
      const starts = [
        ...(last === undefined ? [] : [last.values]),
        ...(last === undefined || total < FEW_ROWS ? [this.#prior.start] : []),
      ];
      const values = fitHyperparameters({ rows, numeric: this.#numeric, targets }, this.#prior, starts);
      this.#fit = { rows: total, values };
    }
    this.posterior.condition(this.#fit?.values ?? this.#prior.start, rows, targets, pending);
  }

  dump(): GpFit | null {
    return this.#fit === undefined ? null : { rows: this.#fit.rows, values: [...this.#fit.values] };
  }
}
