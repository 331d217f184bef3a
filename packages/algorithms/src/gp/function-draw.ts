import type { RandomStream } from "@qalam/numeric";
import type { Acquisition } from "./acquisition.ts";
import type { FeatureSpace } from "./feature-space.ts";
import type { Posterior } from "./posterior.ts";

/** Waves that a draw from the prior is made of. */
const WAVES = 256;
/** The spectral density of the Matérn-5/2 kernel is a t distribution of this many degrees of freedom (2ν). */
const DEGREES = 5;

/**
 * The negative of a function drawn from a Gaussian process, so that larger is better: a draw from the prior by random Fourier features (Rahimi and Recht 2007), and the
 * correction that what was observed makes (Matheron's rule; Wilson et al. 2020, arXiv:2002.09309). Its cost grows with the number of points and not with its square.
 * Pending rows take no part.
 */
export class FunctionDraw implements Acquisition {
  readonly #space: FeatureSpace;
  readonly #posterior: Posterior;
  /** Angular frequencies of numeric features, row-major [waves, numeric]. */
  readonly #frequencies: Float64Array;
  /** Angles of every category, per categorical feature row-major [categories + 1, waves]: the last one is "not active". */
  readonly #angles: readonly Float64Array[];
  readonly #phases: Float64Array;
  readonly #amplitudes: Float64Array;
  /** Of the observed rows' kernels. */
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
    const scales = Float64Array.from({ length: WAVES }, () => spread(random));
    this.#space = space;
    this.#posterior = posterior;
    this.#frequencies = new Float64Array(WAVES * numeric);
    for (let w = 0, at = 0; w < WAVES; w++)
      for (let k = 0; k < numeric; k++, at++)
        this.#frequencies[at] = Math.exp(0.5 * parameters[k]!) * scales[w]! * random.normal();
    // Categories as unit vectors, √½ long: two that differ are 1 apart.
    this.#angles = Array.from({ length: dimension - numeric }, (_, c) => {
      const width = Math.sqrt(Math.exp(parameters[numeric + c]!) / 2);
      const size = (counts[numeric + c]! + 1) * WAVES;
      return Float64Array.from({ length: size }, (_, i) => width * scales[i % WAVES]! * random.normal());
    });
    this.#phases = Float64Array.from({ length: WAVES }, () => 2 * Math.PI * random.uniform());
    this.#amplitudes = Float64Array.from({ length: WAVES }, () => -Math.sqrt((2 * signal) / WAVES) * random.normal());
    const residuals = Float64Array.from(
      rows,
      (row, i) => -targets[i]! - this.#prior(row) - Math.sqrt(noise) * random.normal(),
    );
    this.#weights = posterior.weightsFor(residuals);
  }

  values(xs: Float64Array, count: number, out: Float64Array): void {
    const d = this.#space.dimension;
    this.#posterior.kernelSums(xs, count, this.#weights, out);
    for (let c = 0; c < count; c++) out[c] = out[c]! + this.#prior(xs.subarray(c * d, (c + 1) * d));
  }

  valueAndGradient(x: Float64Array, gradient: Float64Array): number {
    gradient.fill(0);
    return this.#posterior.kernelSum(x, this.#weights, gradient) + this.#prior(x, gradient);
  }

  /** @param gradient is added to */
  #prior(x: Float64Array, gradient?: Float64Array): number {
    const { numeric } = this.#space;
    const frequencies = this.#frequencies;
    let sum = 0;
    for (let w = 0; w < WAVES; w++) {
      const at = w * numeric;
      let angle = this.#phases[w]!;
      for (let k = 0; k < numeric; k++) angle += frequencies[at + k]! * x[k]!;
      for (let c = 0; c < this.#angles.length; c++) {
        const angles = this.#angles[c]!;
        const category = x[numeric + c]!;
        angle += angles[(category < 0 ? angles.length - WAVES : category * WAVES) + w]!;
      }
      const amplitude = this.#amplitudes[w]!;
      sum += amplitude * Math.cos(angle);
      if (gradient === undefined) continue;
      const slope = -amplitude * Math.sin(angle);
      for (let k = 0; k < numeric; k++) gradient[k] = gradient[k]! + slope * frequencies[at + k]!;
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
