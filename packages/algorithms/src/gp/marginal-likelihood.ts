import { CholeskyFactor } from "@qalam/numeric";
import type { HyperparameterPrior, Hyperparameters } from "./hyperparameters.ts";
import { maternSlope, maternValue } from "./matern.ts";

/**
 * Minus the log posterior of a Gaussian process's hyperparameters given data, with its gradient: ½yᵀK⁻¹y + ½ log|K| − log prior (Rasmussen and Williams 2006,
 * eq. 5.8 and 5.9). n³/2 + n²·D/2 operations; all room is made once.
 */
export class MarginalLikelihood {
  readonly #n: number;
  readonly #dimension: number;
  readonly #targets: Float64Array;
  readonly #prior: HyperparameterPrior;
  /** Squared differences of every pair of rows i > j by feature, row-major [pairs, D]; of categories 0 or 1. */
  readonly #differences: Float64Array;
  readonly #factor: CholeskyFactor;
  readonly #row: Float64Array;
  readonly #weights: Float64Array;
  readonly #inverse: Float64Array;
  readonly #work: Float64Array;
  /** Kernel without the signal variance, and its slope by r², of every pair. */
  readonly #values: Float64Array;
  readonly #slopes: Float64Array;
  readonly #thetas: Float64Array;

  /** @param rows features, shape [n][D] @param numeric number of numeric features @param targets standardised, shape [n] */
  constructor(rows: readonly Float64Array[], numeric: number, targets: Float64Array, prior: HyperparameterPrior) {
    const n = rows.length;
    const dimension = rows[0]?.length ?? 0;
    const pairs = (n * (n - 1)) / 2;
    this.#n = n;
    this.#dimension = dimension;
    this.#targets = targets;
    this.#prior = prior;
    this.#factor = new CholeskyFactor(n);
    this.#row = new Float64Array(n);
    this.#weights = new Float64Array(n);
    this.#inverse = new Float64Array(n * n);
    this.#work = new Float64Array(n * n);
    this.#values = new Float64Array(pairs);
    this.#slopes = new Float64Array(pairs);
    this.#thetas = new Float64Array(dimension);
    this.#differences = pairwiseDifferences(rows, dimension, numeric);
  }

  /** @returns Infinity where the covariance is not positive definite */
  evaluate(values: Hyperparameters, gradient: Float64Array): number {
    const d = this.#dimension;
    const signal = Math.exp(values[d]!);
    const noise = Math.exp(values[d + 1]!);
    this.#setKernel(values);
    if (!this.#factorise(signal, noise)) return Number.POSITIVE_INFINITY;
    const weights = this.#weights;
    weights.set(this.#targets);
    this.#factor.solveLower(weights);
    let value = 0.5 * this.#factor.logDeterminant();
    for (let i = 0; i < this.#n; i++) value += 0.5 * weights[i]! * weights[i]!;
    this.#factor.solveUpper(weights);
    this.#factor.inverse(this.#inverse, this.#work);
    gradient.fill(0);
    const prior = this.#prior.logDensity(values, gradient);
    for (let i = 0; i < gradient.length; i++) gradient[i] = -gradient[i]!;
    this.#addGradient(signal, noise, gradient);
    return value - prior;
  }

  #setKernel(values: Hyperparameters): void {
    const d = this.#dimension;
    const thetas = this.#thetas;
    for (let k = 0; k < d; k++) thetas[k] = Math.exp(values[k]!);
    const differences = this.#differences;
    let at = 0;
    for (let p = 0; p < this.#values.length; p++) {
      let square = 0;
      for (let k = 0; k < d; k++) square += thetas[k]! * differences[at++]!;
      const root = Math.sqrt(5 * square);
      const decay = Math.exp(-root);
      this.#values[p] = maternValue(root, decay);
      this.#slopes[p] = maternSlope(root, decay);
    }
  }

  #factorise(signal: number, noise: number): boolean {
    this.#factor.truncate(0);
    let p = 0;
    for (let i = 0; i < this.#n; i++) {
      for (let j = 0; j < i; j++) this.#row[j] = signal * this.#values[p++]!;
      this.#row[i] = signal + noise;
      if (!this.#factor.append(this.#row)) return false;
    }
    return true;
  }

  /** Adds ½ tr((K⁻¹ − ααᵀ)·∂K) for every hyperparameter. */
  #addGradient(signal: number, noise: number, gradient: Float64Array): void {
    const d = this.#dimension;
    const thetas = this.#thetas;
    const differences = this.#differences;
    const sums = new Float64Array(d);
    let trace = 0;
    let products = 0;
    let p = 0;
    let at = 0;
    for (let i = 0; i < this.#n; i++) {
      const wi = this.#weights[i]!;
      const row = i * this.#n;
      for (let j = 0; j < i; j++, p++) {
        const g = this.#inverse[row + j]! - wi * this.#weights[j]!;
        products += g * this.#values[p]!;
        const slope = g * this.#slopes[p]!;
        for (let k = 0; k < d; k++) sums[k] = sums[k]! + slope * differences[at++]!;
      }
      trace += this.#inverse[row + i]! - wi * wi;
    }
    for (let k = 0; k < d; k++) gradient[k] = gradient[k]! + signal * thetas[k]! * sums[k]!;
    gradient[d] = gradient[d]! + signal * (products + 0.5 * trace);
    gradient[d + 1] = gradient[d + 1]! + 0.5 * noise * trace;
  }
}

function pairwiseDifferences(rows: readonly Float64Array[], dimension: number, numeric: number): Float64Array {
  const out = new Float64Array(((rows.length * (rows.length - 1)) / 2) * dimension);
  let at = 0;
  for (let i = 0; i < rows.length; i++)
    for (let j = 0; j < i; j++)
      for (let k = 0; k < dimension; k++) {
        const difference = rows[i]![k]! - rows[j]![k]!;
        out[at++] = k < numeric ? difference * difference : difference === 0 ? 0 : 1;
      }
  return out;
}
