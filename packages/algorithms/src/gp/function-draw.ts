import type { RandomStream } from "@qalam/numeric";
import type { FeatureSpace } from "./feature-space.ts";
import type { Posterior } from "./posterior.ts";

/** Waves that a draw from the prior is made of: half of them sines. */
const FREQUENCIES = 256;
/** The spectral density of the Matérn-5/2 kernel is a t distribution of this many degrees of freedom (2ν). */
const DEGREES = 5;

/**
 * A function drawn from a Gaussian process: a draw from the prior by random Fourier features (Rahimi and Recht 2007), and the correction that what was observed makes
 * (Matheron's rule; Wilson et al. 2020, arXiv:2002.09309). Its cost grows with the number of points and not with its square. Pending rows take no part.
 */
export class FunctionDraw {
  readonly #space: FeatureSpace;
  readonly #posterior: Posterior;
  /** Angular frequencies of numeric features, row-major [frequencies, numeric]. */
  readonly #frequencies: Float64Array;
  /** Angles of every category, per categorical feature row-major [categories + 1, frequencies]: the last one is "not active". */
  readonly #angles: readonly Float64Array[];
  /** Weights of sines and cosines. */
  readonly #sines: Float64Array;
  readonly #cosines: Float64Array;
  readonly #weights: Float64Array;

  /** @param rows features of the posterior's observed rows @param targets their outcomes */
  constructor(
    space: FeatureSpace,
    posterior: Posterior,
    rows: readonly Float64Array[],
    targets: Float64Array,
    random: RandomStream,
  ) {
    const { numeric, counts, dimension } = space;
    const { parameters, signal, noise } = posterior;
    const scales = Float64Array.from({ length: FREQUENCIES }, () => spread(random));
    this.#space = space;
    this.#posterior = posterior;
    this.#frequencies = new Float64Array(FREQUENCIES * numeric);
    for (let f = 0, at = 0; f < FREQUENCIES; f++)
      for (let k = 0; k < numeric; k++, at++)
        this.#frequencies[at] = Math.exp(0.5 * parameters[k]!) * scales[f]! * random.normal();
    // Categories as unit vectors, √½ long: two that differ are 1 apart.
    this.#angles = Array.from({ length: dimension - numeric }, (_, c) => {
      const width = Math.sqrt(Math.exp(parameters[numeric + c]!) / 2);
      const size = (counts[numeric + c]! + 1) * FREQUENCIES;
      return Float64Array.from({ length: size }, (_, i) => width * scales[i % FREQUENCIES]! * random.normal());
    });
    const amplitude = Math.sqrt(signal / FREQUENCIES);
    this.#sines = Float64Array.from({ length: FREQUENCIES }, () => amplitude * random.normal());
    this.#cosines = Float64Array.from({ length: FREQUENCIES }, () => amplitude * random.normal());
    const residuals = Float64Array.from(
      rows,
      (row, i) => targets[i]! - this.#prior(row) - Math.sqrt(noise) * random.normal(),
    );
    this.#weights = posterior.weightsFor(residuals);
  }

  /** Values at points. */
  values(points: readonly Float64Array[]): Float64Array {
    const xs = new Float64Array(points.length * this.#space.dimension);
    points.forEach((point, c) => {
      xs.set(point, c * this.#space.dimension);
    });
    const out = this.#posterior.kernelSums(xs, points.length, this.#weights);
    points.forEach((point, c) => {
      out[c] = out[c]! + this.#prior(point);
    });
    return out;
  }

  #prior(x: Float64Array): number {
    const { numeric } = this.#space;
    let sum = 0;
    for (let f = 0, at = 0; f < FREQUENCIES; f++) {
      let angle = 0;
      for (let k = 0; k < numeric; k++, at++) angle += this.#frequencies[at]! * x[k]!;
      for (let c = 0; c < this.#angles.length; c++) {
        const angles = this.#angles[c]!;
        const category = x[numeric + c]!;
        const row = category < 0 ? angles.length - FREQUENCIES : category * FREQUENCIES;
        angle += angles[row + f]!;
      }
      sum += this.#sines[f]! * Math.sin(angle) + this.#cosines[f]! * Math.cos(angle);
    }
    return sum;
  }
}

/** √(ν / χ²_ν): normal numbers times this are t distributed. */
function spread(random: RandomStream): number {
  let square = 0;
  for (let i = 0; i < DEGREES; i++) square += random.normal() ** 2;
  return Math.sqrt(DEGREES / square);
}
