import type { RandomStream } from "@qalam/numeric";
import { CRITERIA, type CriterionName } from "./criterion.ts";

/** Lead of expected improvement: gains are sums of predictions, which say little at first and then favour the greediest criterion. In deviations of the losses. */
const LEAD = 8;

/**
 * A portfolio of criteria (Hoffman et al. 2011, GP-Hedge): each proposes a point, one is drawn with probability ∝ exp(gain), and every criterion's gain then falls by
 * the loss that the model predicts at the point it proposed.
 */
export class Hedge {
  readonly #gains: Float64Array;

  /** @param gains what `dump` of an earlier instance gave */
  constructor(gains: readonly number[] = []) {
    this.#gains = Float64Array.from(CRITERIA, (name, i) => gains[i] ?? (name === "EI" ? LEAD : 0));
  }

  /** @param predicted loss at each criterion's proposal, in the order of CRITERIA */
  choose(predicted: readonly number[], random: RandomStream): CriterionName {
    predicted.forEach((loss, i) => {
      this.#gains[i] = (this.#gains[i] as number) - loss;
    });
    // Only differences count: the largest gain is kept at zero.
    const largest = Math.max(...this.#gains);
    this.#gains.forEach((gain, i) => {
      this.#gains[i] = gain - largest;
    });
    const weights = this.#gains.map(Math.exp);
    let rest = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
    const chosen = weights.findIndex((weight) => {
      rest -= weight;
      return rest < 0;
    });
    return CRITERIA[chosen] ?? "EI";
  }

  dump(): number[] {
    return [...this.#gains];
  }
}
