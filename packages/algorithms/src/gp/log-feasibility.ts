import { logNormalCdf, logNormalPdf } from "@qalam/numeric";
import type { Acquisition } from "./acquisition.ts";
import type { Posterior } from "./posterior.ts";

/** log P(g(x) ≤ threshold) of an outcome constraint's posterior. */
export class LogFeasibility implements Acquisition {
  readonly #posterior: Posterior;
  readonly #threshold: number;

  /** @param threshold in the posterior's units */
  constructor(posterior: Posterior, threshold: number) {
    this.#posterior = posterior;
    this.#threshold = threshold;
  }

  values(xs: Float64Array, count: number, out: Float64Array): void {
    const means = new Float64Array(count);
    const variances = new Float64Array(count);
    this.#posterior.predictMany(xs, count, means, variances);
    for (let c = 0; c < count; c++) out[c] = logNormalCdf((this.#threshold - means[c]!) / Math.sqrt(variances[c]!));
  }

  valueAndGradient(x: Float64Array, gradient: Float64Array): number {
    this.#posterior.predict(x);
    const { mean, variance } = this.#posterior;
    const deviation = Math.sqrt(variance);
    const z = (this.#threshold - mean) / deviation;
    const value = logNormalCdf(z);
    const slope = Math.exp(logNormalPdf(z) - value);
    gradient.fill(0);
    this.#posterior.addGradient(-slope / deviation, (-slope * z) / (2 * variance), gradient);
    return value;
  }
}
