import { symmetricEigen } from "@qalam/numeric";
import { type StrategyParameters, strategyParameters } from "./strategy-parameters.ts";

/** Axes shorter than this part of the longest are lengthened to it when sampling: beyond, rounding errors rule. */
const MIN_AXIS_RATIO = 1e-7;
/** The step size stays within these, in widths of the unit cube. */
const MIN_STEP = 1e-12;
const MAX_STEP = 1;

/**
 * The search distribution N(mean, (σ·A)²·C) of CMA-ES with active covariance updates (Hansen, The CMA Evolution Strategy: A Tutorial, arXiv:1604.00772v2,
 * Figure 6), in coordinates of the unit cube. The diagonal A is 1 except where a margin has widened it (CMA-ES with margin, Hamano et al. 2022).
 */
export class CovarianceAdaptation {
  readonly dimension: number;
  /** Samples of a generation, λ. */
  readonly population: number;
  readonly mean: Float64Array;
  /** Diagonal of A, [d]. */
  readonly widening: Float64Array;
  #sigma: number;
  /** C, row-major [d, d]. */
  readonly #covariance: Float64Array;
  readonly #pathSigma: Float64Array;
  readonly #pathC: Float64Array;
  /** Principal axes as rows, and their lengths. */
  #axes: Float64Array;
  #lengths: Float64Array;
  #updates = 0;
  #decomposedAt = 0;

  constructor(mean: Float64Array, sigma: number, population: number) {
    const d = mean.length;
    this.dimension = d;
    this.population = population;
    this.mean = Float64Array.from(mean);
    this.widening = new Float64Array(d).fill(1);
    this.#sigma = sigma;
    this.#covariance = identity(d);
    this.#pathSigma = new Float64Array(d);
    this.#pathC = new Float64Array(d);
    this.#axes = identity(d);
    this.#lengths = new Float64Array(d).fill(1);
  }

  get sigma(): number {
    return this.#sigma;
  }

  /** Longest principal axis, in widths of the cube. */
  get spread(): number {
    return this.#sigma * Math.max(...this.#lengths);
  }

  /** Longest axis by the shortest. */
  get axisRatio(): number {
    return Math.max(...this.#lengths) / Math.min(...this.#lengths);
  }

  /** Standard deviation of one coordinate. */
  deviation(i: number): number {
    return this.#sigma * (this.widening[i] as number) * Math.sqrt(this.#covariance[i * this.dimension + i] as number);
  }

  /** One draw, anywhere. Shape [d]. @param normal the draw along the k-th principal axis, standard normal */
  sample(normal: (k: number) => number): Float64Array {
    const d = this.dimension;
    const x = Float64Array.from(this.mean);
    for (let k = 0; k < d; k++) {
      const length = (this.#lengths[k] as number) * this.#sigma * normal(k);
      for (let i = 0; i < d; i++)
        x[i] = (x[i] as number) + length * (this.#axes[k * d + i] as number) * (this.widening[i] as number);
    }
    return x;
  }

  /** Moves the distribution. @param samples at least two, best first; each [d] */
  update(samples: readonly Float64Array[]): void {
    if (samples.length < 2 || this.dimension === 0) return;
    const parameters = strategyParameters(this.dimension, samples.length);
    const steps = samples.map((sample) =>
      sample.map((x, i) => (x - (this.mean[i] as number)) / (this.#sigma * (this.widening[i] as number))),
    );
    const step = weightedSum(steps, parameters.weights, this.dimension);
    for (let i = 0; i < this.dimension; i++)
      this.mean[i] = clamp(
        (this.mean[i] as number) + this.#sigma * (this.widening[i] as number) * (step[i] as number),
        0,
        1,
      );
    this.#updates++;
    const isCalm = this.#movePaths(step, parameters);
    this.#moveCovariance(steps, parameters, isCalm);
    const growth = (parameters.cSigma / parameters.dSigma) * (norm(this.#pathSigma) / parameters.expectedNorm - 1);
    this.#sigma = clamp(this.#sigma * Math.exp(Math.min(1, growth)), MIN_STEP, MAX_STEP);
    this.#decompose(parameters);
  }

  /** @returns whether the path is short enough to be trusted (hσ) */
  #movePaths(step: Float64Array, { cSigma, cC, muEff, expectedNorm }: StrategyParameters): boolean {
    const whitened = this.#whiten(step);
    const d = this.dimension;
    const gain = Math.sqrt(cSigma * (2 - cSigma) * muEff);
    for (let i = 0; i < d; i++)
      this.#pathSigma[i] = (1 - cSigma) * (this.#pathSigma[i] as number) + gain * (whitened[i] as number);
    const corrected = norm(this.#pathSigma) / Math.sqrt(1 - (1 - cSigma) ** (2 * this.#updates));
    const isCalm = corrected < (1.4 + 2 / (d + 1)) * expectedNorm;
    const gainC = isCalm ? Math.sqrt(cC * (2 - cC) * muEff) : 0;
    for (let i = 0; i < d; i++) this.#pathC[i] = (1 - cC) * (this.#pathC[i] as number) + gainC * (step[i] as number);
    return isCalm;
  }

  #moveCovariance(steps: readonly Float64Array[], { weights, c1, cMu, cC }: StrategyParameters, isCalm: boolean): void {
    const d = this.dimension;
    const covariance = this.#covariance;
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const decay = 1 + (isCalm ? 0 : c1 * cC * (2 - cC)) - c1 - cMu * total;
    for (let i = 0; i < d * d; i++) covariance[i] = (covariance[i] as number) * decay;
    addOuter(covariance, this.#pathC, c1, d);
    steps.forEach((step, k) => {
      const weight = weights[k] as number;
      // Long steps of bad samples are scaled down: the matrix stays positive definite.
      const factor = weight >= 0 ? 1 : d / (norm(this.#whiten(step)) ** 2 + 1e-8);
      addOuter(covariance, step, cMu * weight * factor, d);
    });
  }

  /** C^−½·step */
  #whiten(step: Float64Array): Float64Array {
    const d = this.dimension;
    const result = new Float64Array(d);
    for (let k = 0; k < d; k++) {
      let dot = 0;
      for (let i = 0; i < d; i++) dot += (this.#axes[k * d + i] as number) * (step[i] as number);
      const scaled = dot / (this.#lengths[k] as number);
      for (let i = 0; i < d; i++) result[i] = (result[i] as number) + scaled * (this.#axes[k * d + i] as number);
    }
    return result;
  }

  /** In high dimensions the matrix changes slowly and is decomposed every few generations. */
  #decompose({ c1, cMu }: StrategyParameters): void {
    const d = this.dimension;
    if (this.#updates - this.#decomposedAt < Math.floor(1 / (10 * d * (c1 + cMu)))) return;
    this.#decomposedAt = this.#updates;
    const { values, vectors } = symmetricEigen(this.#covariance, d);
    const longest = Math.sqrt(Math.max(values[d - 1] as number, Number.MIN_VALUE));
    this.#axes = vectors;
    this.#lengths = values.map((value) => Math.max(Math.sqrt(Math.max(value, 0)), longest * MIN_AXIS_RATIO));
  }
}

function identity(d: number): Float64Array {
  const matrix = new Float64Array(d * d);
  for (let i = 0; i < d; i++) matrix[i * d + i] = 1;
  return matrix;
}

/** Sum of the vectors with positive weight. */
function weightedSum(vectors: readonly Float64Array[], weights: Float64Array, d: number): Float64Array {
  const sum = new Float64Array(d);
  vectors.forEach((vector, k) => {
    const weight = Math.max(0, weights[k] as number);
    for (let i = 0; i < d; i++) sum[i] = (sum[i] as number) + weight * (vector[i] as number);
  });
  return sum;
}

/** matrix += factor·v·vᵀ */
function addOuter(matrix: Float64Array, v: Float64Array, factor: number, d: number): void {
  for (let i = 0; i < d; i++) {
    const scaled = factor * (v[i] as number);
    for (let j = 0; j < d; j++) matrix[i * d + j] = (matrix[i * d + j] as number) + scaled * (v[j] as number);
  }
}

function norm(v: Float64Array): number {
  let sum = 0;
  for (const x of v) sum += x * x;
  return Math.sqrt(sum);
}

function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}
