import { CholeskyFactor } from "@qalam/numeric";
import type { Hyperparameters } from "./hyperparameters.ts";
import { maternSlope, maternValue } from "./matern.ts";

/** Repeated rows make the covariance singular: its diagonal then grows by these parts of the signal. */
const JITTERS = [0, 1e-8, 1e-6, 1e-4, 1e-2, 1];
/** A variance is at least this part of the signal's. */
const LEAST_VARIANCE = 1e-10;

/**
 * A zero-mean Gaussian process given observations: the kernel is Matérn-5/2 over ARD distances, in which categories that differ are 1 apart. Rows that are the same as in
 * the last call of `condition` are not worked out again. Predictions are of the latent function, without noise.
 *
 * Everything comes from v = L⁻¹k(x): the mean is v·z with z = L⁻¹y, the variance s − v·v. Pending rows extend L; an outcome drawn for them is a draw of further
 * elements of z, standard normal (their mean, zero, leaves the posterior mean as it is).
 */
export class Posterior {
  readonly numeric: number;
  readonly dimension: number;
  /** Of the last `predict`. */
  mean = 0;
  variance = 1;
  readonly #factor = new CholeskyFactor(32);
  #parameters: Hyperparameters = new Float64Array(0);
  /** √θ of numeric features, θ of categorical ones. */
  #weights = new Float64Array(0);
  #signal = 1;
  #noise = 1;
  #rows: Float64Array[] = [];
  #scaled = new Float64Array(0);
  #observed = 0;
  #z = new Float64Array(0);
  /** Of the last `predict`: kernel values and slopes of each row, v, and the point scaled. */
  #kernel = new Float64Array(0);
  #slopes = new Float64Array(0);
  #v = new Float64Array(0);
  #pull = new Float64Array(0);
  readonly #x: Float64Array;
  #block = new Float64Array(0);

  /** @param numeric number of numeric features, which come first @param dimension number of all features, D */
  constructor(numeric: number, dimension: number) {
    this.numeric = numeric;
    this.dimension = dimension;
    this.#x = new Float64Array(dimension);
  }

  /** Rows with an outcome. */
  get observed(): number {
    return this.#observed;
  }

  /** Rows whose outcome is not known yet. */
  get pending(): number {
    return this.#rows.length - this.#observed;
  }

  get signal(): number {
    return this.#signal;
  }

  get noise(): number {
    return this.#noise;
  }

  /** log θ of the features. */
  get parameters(): Hyperparameters {
    return this.#parameters;
  }

  /** @param rows features [n][D] @param targets [n] @param pending features of points under way */
  condition(
    parameters: Hyperparameters,
    rows: readonly Float64Array[],
    targets: Float64Array,
    pending: readonly Float64Array[] = [],
  ): void {
    if (!isSame(parameters, this.#parameters)) this.#setParameters(parameters);
    const all = [...rows, ...pending];
    let kept = 0;
    while (kept < this.#rows.length && kept < all.length && isSame(this.#rows[kept]!, all[kept]!)) kept++;
    this.#factor.truncate(kept);
    this.#rows.length = kept;
    this.#reserve(all.length);
    for (const row of all.slice(kept)) this.#append(row);
    this.#observed = rows.length;
    this.#setTargets(targets);
  }

  /** Adds a point under way. */
  addPending(row: Float64Array): void {
    this.#reserve(this.#rows.length + 1);
    this.#append(row);
    this.#z[this.#rows.length - 1] = 0;
  }

  /** Sets `mean` and `variance` at a point. @returns v, shape [rows], valid until the next call */
  predict(x: Float64Array): Float64Array {
    const n = this.#rows.length;
    this.#setKernel(x);
    const v = this.#v;
    for (let i = 0; i < n; i++) v[i] = this.#kernel[i]!;
    this.#factor.solveLower(v);
    let mean = 0;
    let variance = this.#signal;
    for (let i = 0; i < n; i++) {
      mean += v[i]! * this.#z[i]!;
      variance -= v[i]! * v[i]!;
    }
    this.mean = mean;
    this.variance = Math.max(variance, LEAST_VARIANCE * this.#signal);
    return v;
  }

  /**
   * After `predict`: adds to `gradient` (shape [D]; numeric features only) the gradient by x of a function with these derivatives by mean and variance.
   * @param byPending derivatives by the elements of v that belong to pending rows
   */
  addGradient(byMean: number, byVariance: number, gradient: Float64Array, byPending?: Float64Array): void {
    const n = this.#rows.length;
    const pull = this.#pull;
    for (let i = 0; i < n; i++) pull[i] = byMean * this.#z[i]! - 2 * byVariance * this.#v[i]!;
    if (byPending !== undefined)
      for (let j = 0; j < n - this.#observed; j++) {
        const i = this.#observed + j;
        pull[i] = pull[i]! + byPending[j]!;
      }
    this.#factor.solveUpper(pull);
    this.#addPull(gradient);
  }

  /** Adds the gradient of the kernels' sum, each weighted by its pull. */
  #addPull(gradient: Float64Array): void {
    const { numeric } = this;
    const scaled = this.#scaled;
    for (let i = 0; i < this.#rows.length; i++) {
      const factor = 2 * this.#pull[i]! * this.#slopes[i]!;
      const at = i * this.dimension;
      for (let k = 0; k < numeric; k++)
        gradient[k] = gradient[k]! + factor * this.#weights[k]! * (this.#x[k]! - scaled[at + k]!);
    }
  }

  /**
   * Means and variances of many points. @param xs features, row-major [count, D]
   * @returns v of every point, row-major [rows, count], valid until the next call
   */
  predictMany(xs: Float64Array, count: number, means: Float64Array, variances: Float64Array): Float64Array {
    const n = this.#rows.length;
    this.#setKernelBlock(xs, count);
    this.#factor.solveLowerMany(this.#block, count);
    means.fill(0, 0, count);
    variances.fill(this.#signal, 0, count);
    for (let i = 0; i < n; i++) {
      const z = this.#z[i]!;
      let at = i * count;
      for (let c = 0; c < count; c++, at++) {
        const v = this.#block[at]!;
        means[c] = means[c]! + v * z;
        variances[c] = variances[c]! - v * v;
      }
    }
    for (let c = 0; c < count; c++) variances[c] = Math.max(variances[c]!, LEAST_VARIANCE * this.#signal);
    return this.#block;
  }

  /** The weights w of K·w = residuals over the observed rows, with noise. @returns shape [rows], zero of pending ones */
  weightsFor(residuals: Float64Array): Float64Array {
    const weights = new Float64Array(this.#rows.length);
    weights.set(residuals);
    this.#factor.solveLower(weights);
    weights.fill(0, this.#observed); // then the solution is that of the observed rows alone
    this.#factor.solveUpper(weights);
    return weights;
  }

  /** Sums of the rows' kernels at many points. @param xs features, row-major [count, D] @param weights shape [rows] */
  kernelSums(xs: Float64Array, count: number, weights: Float64Array, out: Float64Array): void {
    this.#setKernelBlock(xs, count);
    out.fill(0, 0, count);
    for (let i = 0, at = 0; i < this.#rows.length; i++)
      for (let c = 0; c < count; c++, at++) out[c] = out[c]! + weights[i]! * this.#block[at]!;
  }

  /** The same at one point. @param gradient is added to, numeric features only */
  kernelSum(x: Float64Array, weights: Float64Array, gradient: Float64Array): number {
    this.#setKernel(x);
    let sum = 0;
    for (let i = 0; i < this.#rows.length; i++) {
      sum += weights[i]! * this.#kernel[i]!;
      this.#pull[i] = weights[i]!;
    }
    this.#addPull(gradient);
    return sum;
  }

  /** The mean at the rows' own points, observed first. */
  fittedMeans(): Float64Array {
    const means = new Float64Array(this.#rows.length);
    // L·z is the targets; taking the noise off the diagonal leaves y − σ²·α.
    const alpha = Float64Array.from(this.#z.subarray(0, this.#rows.length));
    this.#factor.solveUpper(alpha);
    for (let i = 0; i < means.length; i++) {
      let sum = 0;
      for (let k = 0; k <= i; k++) sum += this.#factor.at(i, k) * this.#z[k]!;
      means[i] = sum - this.#noise * alpha[i]!;
    }
    return means;
  }

  /** Outcome of pending row j when its elements of z are `draw`: mean + L·draw. */
  pendingOutcome(j: number, draw: Float64Array): number {
    const i = this.#observed + j;
    let sum = 0;
    for (let k = 0; k < this.#observed; k++) sum += this.#factor.at(i, k) * this.#z[k]!;
    for (let k = 0; k <= j; k++) sum += this.#factor.at(i, this.#observed + k) * draw[k]!;
    return sum;
  }

  #setParameters(parameters: Hyperparameters): void {
    const d = this.dimension;
    this.#parameters = Float64Array.from(parameters);
    this.#weights = Float64Array.from({ length: d }, (_, k) =>
      k < this.numeric ? Math.exp(0.5 * parameters[k]!) : Math.exp(parameters[k]!),
    );
    this.#signal = Math.exp(parameters[d]!);
    this.#noise = Math.exp(parameters[d + 1]!);
    this.#rows = [];
    this.#factor.truncate(0);
  }

  #reserve(rows: number): void {
    if (rows <= this.#z.length) return;
    const room = Math.max(32, 2 * rows);
    const scaled = new Float64Array(room * this.dimension);
    scaled.set(this.#scaled.subarray(0, this.#rows.length * this.dimension));
    this.#scaled = scaled;
    const z = new Float64Array(room);
    z.set(this.#z);
    this.#z = z;
    this.#kernel = new Float64Array(room);
    this.#slopes = new Float64Array(room);
    this.#v = new Float64Array(room);
    this.#pull = new Float64Array(room);
  }

  #append(row: Float64Array): void {
    const n = this.#rows.length;
    this.#setKernel(row);
    for (const jitter of JITTERS) {
      this.#kernel[n] = this.#signal * (1 + jitter) + this.#noise;
      if (this.#factor.append(this.#kernel)) break;
    }
    this.#scaled.set(this.#x, n * this.dimension);
    this.#rows.push(row);
  }

  #setTargets(targets: Float64Array): void {
    const z = this.#z;
    z.fill(0, 0, this.#factor.size);
    z.set(targets);
    this.#factor.solveLower(z);
    z.fill(0, this.#observed, this.#factor.size); // pending rows come after all others: they took no part
  }

  /** Kernel values and slopes between a point and every row. */
  #setKernel(x: Float64Array): void {
    const { dimension, numeric } = this;
    const scaled = this.#scaled;
    const weights = this.#weights;
    const own = this.#x;
    for (let k = 0; k < dimension; k++) own[k] = k < numeric ? x[k]! * weights[k]! : x[k]!;
    let at = 0;
    for (let i = 0; i < this.#rows.length; i++, at += dimension) {
      let square = 0;
      for (let k = 0; k < numeric; k++) {
        const difference = own[k]! - scaled[at + k]!;
        square += difference * difference;
      }
      for (let k = numeric; k < dimension; k++) if (own[k] !== scaled[at + k]) square += weights[k]!;
      const root = Math.sqrt(5 * square);
      const decay = this.#signal * Math.exp(-root);
      this.#kernel[i] = maternValue(root, decay);
      this.#slopes[i] = maternSlope(root, decay);
    }
  }

  /** Kernel values between every row and many points, row-major [rows, count]. */
  #setKernelBlock(xs: Float64Array, count: number): void {
    const { dimension, numeric } = this;
    const scaled = this.#scaled;
    const weights = this.#weights;
    const needed = this.#rows.length * count;
    if (this.#block.length < needed) this.#block = new Float64Array(2 * needed);
    const own = new Float64Array(count * dimension);
    for (let c = 0, at = 0; c < count; c++)
      for (let k = 0; k < dimension; k++, at++) own[at] = k < numeric ? xs[at]! * weights[k]! : xs[at]!;
    for (let i = 0; i < this.#rows.length; i++) {
      const row = i * dimension;
      let at = 0;
      for (let c = 0; c < count; c++, at += dimension) {
        let square = 0;
        for (let k = 0; k < numeric; k++) {
          const difference = own[at + k]! - scaled[row + k]!;
          square += difference * difference;
        }
        for (let k = numeric; k < dimension; k++) if (own[at + k] !== scaled[row + k]) square += weights[k]!;
        const root = Math.sqrt(5 * square);
        this.#block[i * count + c] = maternValue(root, this.#signal * Math.exp(-root));
      }
    }
  }
}

function isSame(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
