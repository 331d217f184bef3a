/** A differentiable function: writes its gradient and returns its value. Values that are not finite count as too far. */
export type Differentiable = (x: Float64Array, gradient: Float64Array) => number;

export interface BoxMinimizerOptions {
  /** Iterations at most. */
  readonly iterations: number;
  /** Ends when no element of the projected gradient is larger. */
  readonly gradientTolerance: number;
  /** Ends when a step gains less than this part of the value (default 1e-12). */
  readonly valueTolerance?: number;
}

/** Sufficient decrease (Armijo). */
const DECREASE = 1e-4;
/** Halvings of a step before the search gives up. */
const MAX_BACKTRACKS = 25;

/**
 * L-BFGS in a box: quasi-Newton steps on the variables that are not held by a bound, projected onto the box (two-metric projection, Bertsekas 1982; the limited
 * memory of Byrd et al. 1995 restricted to the free variables). All room is made once: an instance serves any number of problems of its dimension.
 */
export class BoxMinimizer {
  readonly #n: number;
  readonly #memory: number;
  readonly #steps: Float64Array[];
  readonly #changes: Float64Array[];
  readonly #coefficients: Float64Array;
  readonly #gradient: Float64Array;
  readonly #nextGradient: Float64Array;
  readonly #next: Float64Array;
  readonly #direction: Float64Array;
  readonly #isFree: Uint8Array;
  #pairs = 0;
  /** Evaluations of the last problem. */
  evaluations = 0;

  /** @param memory pairs of steps and gradient changes that are kept */
  constructor(dimension: number, memory = 8) {
    this.#n = dimension;
    this.#memory = memory;
    const rows = () => Array.from({ length: memory }, () => new Float64Array(dimension));
    this.#steps = rows();
    this.#changes = rows();
    this.#coefficients = new Float64Array(memory);
    this.#gradient = new Float64Array(dimension);
    this.#nextGradient = new Float64Array(dimension);
    this.#next = new Float64Array(dimension);
    this.#direction = new Float64Array(dimension);
    this.#isFree = new Uint8Array(dimension);
  }

  /** Moves `x` (shape [n], in place) to a local minimum within low ≤ x ≤ high. @returns the value there */
  minimize(
    f: Differentiable,
    x: Float64Array,
    low: Float64Array,
    high: Float64Array,
    { iterations, gradientTolerance, valueTolerance = 1e-12 }: BoxMinimizerOptions,
  ): number {
    const n = this.#n;
    this.#pairs = 0;
    for (let i = 0; i < n; i++) x[i] = Math.min(high[i]!, Math.max(low[i]!, x[i]!));
    let value = f(x, this.#gradient);
    this.evaluations = 1;
    for (let iteration = 0; iteration < iterations; iteration++) {
      if (!(this.#projectedGradient(x, low, high) > gradientTolerance)) break;
      this.#setDirection();
      const next = this.#lineSearch(f, x, value, low, high);
      if (next === undefined) {
        if (this.#pairs === 0) break;
        this.#pairs = 0; // the memory misleads: once more down the gradient
        continue;
      }
      this.#remember(x);
      x.set(this.#next);
      this.#gradient.set(this.#nextGradient);
      const gain = value - next;
      value = next;
      if (gain <= valueTolerance * Math.max(1, Math.abs(value))) break;
    }
    return value;
  }

  /** Marks the free variables. @returns the largest element of the projected gradient */
  #projectedGradient(x: Float64Array, low: Float64Array, high: Float64Array): number {
    let largest = 0;
    for (let i = 0; i < this.#n; i++) {
      const g = this.#gradient[i]!;
      const room = g > 0 ? x[i]! - low[i]! : high[i]! - x[i]!;
      this.#isFree[i] = room > 0 ? 1 : 0;
      largest = Math.max(largest, Math.min(Math.abs(g), room));
    }
    return largest;
  }

  /** The two-loop recursion on the free variables (Nocedal and Wright, algorithm 7.4). */
  #setDirection(): void {
    const d = this.#direction;
    for (let i = 0; i < this.#n; i++) d[i] = this.#isFree[i] === 1 ? -this.#gradient[i]! : 0;
    let scale = 0;
    const used = Math.min(this.#pairs, this.#memory);
    for (let k = this.#pairs - 1; k >= this.#pairs - used; k--) {
      const slot = k % this.#memory;
      const [curvature, squares] = this.#curvature(slot);
      this.#coefficients[slot] = Number.NaN;
      if (!(curvature > 1e-10 * squares)) continue;
      if (scale === 0) scale = curvature / squares;
      const a = this.#dot(this.#steps[slot]!, d) / curvature;
      this.#coefficients[slot] = a;
      this.#add(d, -a, this.#changes[slot]!);
    }
    if (scale === 0) scale = 1 / Math.max(1, Math.sqrt(this.#dot(d, d)));
    for (let i = 0; i < this.#n; i++) d[i] = d[i]! * scale;
    for (let k = this.#pairs - used; k < this.#pairs; k++) {
      const slot = k % this.#memory;
      const a = this.#coefficients[slot]!;
      if (Number.isNaN(a)) continue;
      const [curvature] = this.#curvature(slot);
      this.#add(d, a - this.#dot(this.#changes[slot]!, d) / curvature, this.#steps[slot]!);
    }
  }

  /** sᵀy and yᵀy over the free variables. */
  #curvature(slot: number): [product: number, squares: number] {
    const s = this.#steps[slot]!;
    const y = this.#changes[slot]!;
    return [this.#dot(s, y), this.#dot(y, y)];
  }

  /** Shortens the step until the value falls enough; the point is in #next. @returns its value */
  #lineSearch(
    f: Differentiable,
    x: Float64Array,
    value: number,
    low: Float64Array,
    high: Float64Array,
  ): number | undefined {
    let step = 1;
    for (let attempt = 0; attempt < MAX_BACKTRACKS; attempt++) {
      let slope = 0;
      for (let i = 0; i < this.#n; i++) {
        const to = Math.min(high[i]!, Math.max(low[i]!, x[i]! + step * this.#direction[i]!));
        this.#next[i] = to;
        slope += this.#gradient[i]! * (to - x[i]!);
      }
      if (!(slope < 0)) return undefined;
      const next = f(this.#next, this.#nextGradient);
      this.evaluations++;
      if (next <= value + DECREASE * slope) return next;
      // The minimum of the parabola through both values and the slope, kept within reason.
      const parabola = -slope / (2 * (next - value - slope));
      step *= Number.isFinite(parabola) ? Math.min(0.5, Math.max(0.1, parabola)) : 0.1;
    }
    return undefined;
  }

  #remember(x: Float64Array): void {
    const slot = this.#pairs % this.#memory;
    const s = this.#steps[slot]!;
    const y = this.#changes[slot]!;
    let product = 0;
    for (let i = 0; i < this.#n; i++) {
      s[i] = this.#next[i]! - x[i]!;
      y[i] = this.#nextGradient[i]! - this.#gradient[i]!;
      product += s[i]! * y[i]!;
    }
    if (product > 0) this.#pairs++;
  }

  #dot(a: Float64Array, b: Float64Array): number {
    let sum = 0;
    for (let i = 0; i < this.#n; i++) if (this.#isFree[i] === 1) sum += a[i]! * b[i]!;
    return sum;
  }

  #add(to: Float64Array, factor: number, from: Float64Array): void {
    for (let i = 0; i < this.#n; i++) if (this.#isFree[i] === 1) to[i] = to[i]! + factor * from[i]!;
  }
}
