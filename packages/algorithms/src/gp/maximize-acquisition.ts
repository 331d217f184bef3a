import { BoxMinimizer, type RandomStream } from "@qalam/numeric";
import type { Acquisition } from "./acquisition.ts";
import type { Box } from "./box.ts";
import type { FeatureSpace } from "./feature-space.ts";

/** Rounds of continuous and discrete steps. */
const MAX_ROUNDS = 10;
/** Bisections that bring a step back within the constraints. */
const MAX_BISECTIONS = 12;

/** Effort of a search, and where it looks. */
export interface MaximizerEffort {
  /** Local searches. */
  readonly starts: number;
  /** Gradient steps of each round at most. */
  readonly iterations: number;
  /** Part of the cube that local searches stay in; absent: all of it. */
  readonly within?: Box;
}

/** A point and its worth. */
export interface Scored {
  readonly features: Float64Array;
  readonly value: number;
}

/**
 * Local maxima of an acquisition over a mixed space: starts are the best candidates, others by roulette with probability ∝ exp(value − largest), and those that must be;
 * from each, gradient steps over the continuous features and searches through the values of the discrete ones take turns until neither gains.
 * @param candidates features of feasible points @param always starts whatever their value
 * @param isAllowed whether a point may be tried: feasible, and not tried before
 * @returns best first, at least the candidates
 */
export function maximizeAcquisition(
  acquisition: Acquisition,
  space: FeatureSpace,
  candidates: readonly Float64Array[],
  always: readonly Float64Array[],
  isAllowed: (features: Float64Array) => boolean,
  random: RandomStream,
  effort: MaximizerEffort,
): Scored[] {
  const scored = score(acquisition, [...candidates, ...always]);
  const starts = [
    ...roulette(scored.slice(0, candidates.length), effort.starts, random),
    ...scored.slice(candidates.length),
  ];
  const search = new LocalSearch(acquisition, space, isAllowed, effort);
  const maxima = starts.map((start) => search.climb(start));
  return [...maxima, ...scored].sort((a, b) => b.value - a.value);
}

/** Values of points; NaN counts as the least. */
function score(acquisition: Acquisition, points: readonly Float64Array[]): Scored[] {
  const dimension = points[0]?.length ?? 0;
  const xs = new Float64Array(points.length * dimension);
  points.forEach((point, c) => {
    xs.set(point, c * dimension);
  });
  const out = new Float64Array(points.length);
  acquisition.values(xs, points.length, out);
  return points.map((features, c) => ({
    features,
    value: Number.isNaN(out[c]) ? Number.NEGATIVE_INFINITY : out[c]!,
  }));
}

/** The best, and others drawn without repeats. */
function roulette(scored: readonly Scored[], count: number, random: RandomStream): Scored[] {
  const rest = [...scored].sort((a, b) => b.value - a.value);
  const chosen = rest.splice(0, 1);
  const top = chosen[0]?.value ?? 0;
  const weights = rest.map(({ value }) => Math.exp(value - top));
  let total = weights.reduce((sum, weight) => sum + weight, 0);
  while (chosen.length < count && total > 1e-12) {
    let left = random.uniform() * total;
    let pick = -1;
    for (let i = 0; i < weights.length; i++) {
      if (weights[i]! <= 0) continue;
      pick = i;
      left -= weights[i]!;
      if (left <= 0) break;
    }
    if (pick < 0) break;
    chosen.push(rest[pick]!);
    total -= weights[pick]!;
    weights[pick] = 0;
  }
  return chosen;
}

/** Alternating local search; its room is made once. */
class LocalSearch {
  readonly #acquisition: Acquisition;
  readonly #space: FeatureSpace;
  readonly #isAllowed: (features: Float64Array) => boolean;
  readonly #effort: MaximizerEffort;
  /** Features that gradient steps move, and those whose values are searched through. */
  readonly #smooth: readonly number[];
  readonly #listed: readonly number[];
  readonly #minimizer: BoxMinimizer;
  readonly #x: Float64Array;
  readonly #gradient: Float64Array;
  readonly #low: Float64Array;
  readonly #high: Float64Array;

  constructor(
    acquisition: Acquisition,
    space: FeatureSpace,
    isAllowed: (features: Float64Array) => boolean,
    effort: MaximizerEffort,
  ) {
    const all = space.parameters.map((_, k) => k);
    const isListed = (k: number) => k >= space.numeric || space.cells[k] !== undefined;
    this.#acquisition = acquisition;
    this.#space = space;
    this.#isAllowed = isAllowed;
    this.#effort = effort;
    this.#listed = all.filter(isListed);
    this.#smooth = all.filter((k) => !isListed(k));
    this.#minimizer = new BoxMinimizer(this.#smooth.length, 8);
    this.#x = new Float64Array(space.dimension);
    this.#gradient = new Float64Array(space.dimension);
    this.#low = Float64Array.from(this.#smooth, (k) => effort.within?.low[k] ?? 0);
    this.#high = Float64Array.from(this.#smooth, (k) => effort.within?.high[k] ?? 1);
  }

  climb(start: Scored): Scored {
    let at = start;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const before = at.value;
      if (this.#smooth.length > 0) at = this.#climbSmooth(at);
      if (this.#listed.length > 0) at = this.#searchLists(at);
      if (this.#listed.length === 0 || !(at.value > before + 1e-4)) break;
    }
    return at;
  }

  #climbSmooth(start: Scored): Scored {
    const x = this.#x;
    const position = Float64Array.from(this.#smooth, (k) => start.features[k]!);
    x.set(start.features);
    this.#minimizer.minimize(
      (values, gradient) => {
        this.#smooth.forEach((k, i) => {
          x[k] = values[i]!;
        });
        const value = this.#acquisition.valueAndGradient(x, this.#gradient);
        this.#smooth.forEach((k, i) => {
          gradient[i] = -this.#gradient[k]!;
        });
        return -value;
      },
      position,
      this.#low,
      this.#high,
      { iterations: this.#effort.iterations, gradientTolerance: 1e-2, valueTolerance: 1e-4 },
    );
    const end = Float64Array.from(start.features);
    this.#smooth.forEach((k, i) => {
      end[k] = position[i]!;
    });
    return this.#better(start, this.#inside(start.features, end));
  }

  /** The end of a step moved to its cell; halved towards its start while constraints forbid it. */
  #inside(from: Float64Array, to: Float64Array): Float64Array[] {
    for (let attempt = 0; attempt < MAX_BISECTIONS; attempt++) {
      const part = 0.5 ** attempt;
      const moved = from.map((value, k) => value + part * (to[k]! - value));
      const features = this.#space.encode(this.#space.decode(moved));
      if (this.#isAllowed(features)) return [features];
    }
    return [];
  }

  #searchLists(start: Scored): Scored {
    let at = start;
    for (const k of this.#listed) {
      const points = this.#values(at.features[k]!, k).map((value) => {
        const changed = Float64Array.from(at.features);
        changed[k] = value;
        return this.#space.encode(this.#space.decode(changed));
      });
      at = this.#better(at, points.filter(this.#isAllowed));
    }
    return at;
  }

  /** The other values of a listed feature. */
  #values(current: number, k: number): number[] {
    const count = this.#space.counts[k] as number;
    const values = this.#space.cells[k] ?? Float64Array.from({ length: count }, (_, i) => i);
    const { low, high } = this.#effort.within ?? {};
    const isWithin = (value: number) => value >= (low?.[k] ?? value) && value <= (high?.[k] ?? value);
    return [...values].filter((value) => value !== current && isWithin(value));
  }

  #better(current: Scored, points: readonly Float64Array[]): Scored {
    let best = current;
    if (points.length > 0) for (const one of score(this.#acquisition, points)) if (one.value > best.value) best = one;
    return best;
  }
}
