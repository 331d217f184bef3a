/** Selection pressure of the learning rate's adaptation. */
const ALPHA = 1.5;
/** The trust region's radius at the start and at most. */
const RADIUS = 1;

/**
 * Independent distributions of categorical parameters, moved along the natural gradient with a step that adapts to its signal (ASNG, Akimoto et al. 2019, as
 * used in CatCMA, Hamano et al. 2024). Every category keeps a share, so that none is lost for good.
 */
export class CategoryDistributions {
  /** Probabilities of each parameter's categories. */
  readonly probabilities: readonly Float64Array[];
  readonly #floors: readonly number[];
  readonly #path: Float64Array;
  #radius = RADIUS;
  #signal = 0;

  /** @param counts categories of each parameter, at least two each */
  constructor(counts: readonly number[]) {
    this.probabilities = counts.map((count) => new Float64Array(count).fill(1 / count));
    // With probability 0.73 a draw leaves no parameter at a category that has but its least share (CatCMA, section 3.3).
    this.#floors = counts.map((count) => (1 - 0.73 ** (1 / counts.length)) / (count - 1));
    this.#path = new Float64Array(counts.reduce((sum, count) => sum + count - 1, 0));
  }

  /** One category of each parameter. @param uniform the draw for the k-th parameter, in [0, 1) */
  sample(uniform: (k: number) => number): number[] {
    return this.probabilities.map((probabilities, parameter) => {
      let rest = uniform(parameter);
      for (let k = 0; k < probabilities.length - 1; k++) {
        rest -= probabilities[k] as number;
        if (rest < 0) return k;
      }
      return probabilities.length - 1;
    });
  }

  /** @param samples categories of each sample, best first @param weights positive ones sum to 1; others do not count */
  update(samples: readonly (readonly number[])[], weights: Float64Array): void {
    if (this.probabilities.length === 0) return;
    const gradients = this.probabilities.map((probabilities, p) => {
      const gradient = Float64Array.from(probabilities, (share) => -share);
      samples.forEach((sample, i) => {
        const k = sample[p] as number;
        gradient[k] = (gradient[k] as number) + Math.max(0, weights[i] as number);
      });
      return gradient;
    });
    const whitened = this.#whiten(gradients);
    const length = Math.sqrt(whitened.reduce((sum, x) => sum + x * x, 0));
    if (length < 1e-12) return;
    const step = this.#radius / length;
    this.probabilities.forEach((probabilities, p) => {
      for (let k = 0; k < probabilities.length; k++)
        probabilities[k] = (probabilities[k] as number) + Math.min(1, step) * (gradients[p]?.[k] as number);
      keepFloor(probabilities, this.#floors[p] as number);
    });
    this.#adaptRadius(whitened, length);
  }

  /** The gradient in coordinates where the Fisher information is the identity. */
  #whiten(gradients: readonly Float64Array[]): Float64Array {
    const whitened = new Float64Array(this.#path.length);
    let at = 0;
    gradients.forEach((gradient, p) => {
      const q = this.probabilities[p] as Float64Array;
      const last = q.length - 1;
      for (let k = 0; k < last; k++) {
        const root = Math.sqrt(q[k] as number);
        whitened[at++] = (gradient[k] as number) / root - (root * (gradient[last] as number)) / (q[last] as number);
      }
    });
    return whitened;
  }

  #adaptRadius(whitened: Float64Array, length: number): void {
    const rate = this.#radius / Math.sqrt(this.#path.length);
    const keep = 1 - rate;
    const gain = Math.sqrt(rate * (2 - rate));
    let square = 0;
    for (let i = 0; i < this.#path.length; i++) {
      const x = keep * (this.#path[i] as number) + (gain * (whitened[i] as number)) / length;
      this.#path[i] = x;
      square += x * x;
    }
    this.#signal = keep * keep * this.#signal + rate * (2 - rate);
    this.#radius = Math.min(RADIUS, this.#radius * Math.exp(rate * (square / ALPHA - this.#signal)));
  }
}

/** Raises small shares to the floor and takes what that costs from the others in proportion. */
function keepFloor(probabilities: Float64Array, floor: number): void {
  for (let k = 0; k < probabilities.length; k++) probabilities[k] = Math.max(floor, probabilities[k] as number);
  const total = probabilities.reduce((sum, share) => sum + share, 0);
  const free = total - probabilities.length * floor;
  const wanted = 1 - probabilities.length * floor;
  for (let k = 0; k < probabilities.length; k++)
    probabilities[k] =
      free > 0 ? floor + (((probabilities[k] as number) - floor) * wanted) / free : 1 / probabilities.length;
}
