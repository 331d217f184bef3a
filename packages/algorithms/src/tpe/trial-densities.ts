import type { RandomStream } from "@qalam/numeric";
import { type Centres, kernelsFor } from "./bandwidths.ts";
import type { KernelAxis } from "./kernel-axis.ts";
import { KernelTables } from "./kernel-tables.ts";
import { ParzenEstimator } from "./parzen-estimator.ts";
import type { RankedHistory } from "./ranked-history.ts";
import { Spread } from "./spread.ts";

/** Good trials at most; of several objectives more, as they are to cover a front. */
const MOST_GOOD = { one: 25, several: 100 };
/** Silverman's factor for the good trials; the others, which fill the space, keep more detail. */
const FACTOR = { good: 1.06, others: 0.7 };
/** From this many trials on the prior counts less in the kernels' bandwidth, so that the search can close in. */
const SETTLED = 30;
/** Share of the candidates that take each coordinate from another good trial. */
const MIXED = 0.2;

/** The densities of the good trials and of the others. */
export class TrialDensities {
  /** Number of good trials. */
  good = 0;
  readonly #axes: readonly KernelAxis[];
  readonly #settings: { readonly gamma: number; readonly priorWeight: number };
  readonly #isMultiObjective: boolean;
  readonly #tables: KernelTables;
  readonly #goodDensity: ParzenEstimator;
  readonly #otherDensity: ParzenEstimator;
  #rows: Float64Array = new Float64Array(0);
  #count = 0;

  constructor(
    axes: readonly KernelAxis[],
    settings: { readonly gamma: number; readonly priorWeight: number },
    isMultiObjective: boolean,
  ) {
    this.#axes = axes;
    this.#settings = settings;
    this.#isMultiObjective = isMultiObjective;
    this.#tables = new KernelTables(axes);
    this.#goodDensity = new ParzenEstimator(axes);
    this.#otherDensity = new ParzenEstimator(axes);
  }

  /** @param liars coordinates of pending trials, which count as bad @param room liars that may be added */
  fit(history: RankedHistory, liars: readonly Float64Array[], room: number): void {
    const { gamma, priorWeight } = this.#settings;
    const most = this.#isMultiObjective ? MOST_GOOD.several : MOST_GOOD.one;
    this.good = Math.max(1, Math.min(most, Math.ceil(gamma * history.usable)));
    this.#rows = history.rows(this.good, liars.length + room);
    this.#count = history.count;
    const goodSpread = new Spread(this.#axes);
    goodSpread.add(this.#rows, 0, this.good);
    const otherSpread = history.spread.without(goodSpread);
    for (const liar of liars) {
      this.#rows.set(liar, this.#count++ * this.#axes.length);
      otherSpread.add(liar);
    }
    const prior = Math.min(1, SETTLED / history.count);
    const good = { rows: this.#rows, first: 0, count: this.good };
    const kernelsAlong = (spread: Spread, { count }: Centres, factor: number) =>
      kernelsFor(this.#axes, this.#tables, { spread, count }, { factor, prior });
    const kernels = kernelsAlong(goodSpread, good, FACTOR.good);
    this.#goodDensity.fit(good, kernels, priorWeight, this.#isMultiObjective ? undefined : rankWeights(this.good));
    const others = this.#others();
    this.#otherDensity.fit(others, kernelsAlong(otherSpread, others, FACTOR.others), priorWeight);
  }

  /** A suggestion becomes a pending trial. */
  addLiar(coordinates: Float64Array): void {
    this.#rows.set(coordinates, this.#count++ * this.#axes.length);
    this.#otherDensity.grow(this.#others(), this.#settings.priorWeight);
  }

  /** Draws a candidate from the good trials' density, every coordinate whether active or not. */
  draw(coordinates: Float64Array, random: RandomStream): void {
    const isMixed = random.uniform() < MIXED;
    let kernel = this.#goodDensity.drawKernel(random);
    for (let d = 0; d < coordinates.length; d++) {
      if (isMixed && d > 0) kernel = this.#goodDensity.drawKernel(random);
      coordinates[d] = this.#goodDensity.drawAlong(d, kernel, random);
    }
  }

  /**
   * Log ratio of the densities: ranks points as their expected improvement does (Bergstra et al. 2011, equation 1). When it is sure not to be above `most`, some
   * value up to there: the others' density need not be worked out to the end.
   */
  score(coordinates: Float64Array, most: number): number {
    const good = this.#goodDensity.logDensity(coordinates);
    return good - this.#otherDensity.logDensity(coordinates, good - most);
  }

  #others() {
    return { rows: this.#rows, first: this.good, count: this.#count - this.good };
  }
}

/** Weights that fall with the rank, of mean 1: log(n + 1) − log(rank), as CMA-ES weighs parents. */
function rankWeights(count: number): Float64Array {
  const weights = Float64Array.from({ length: count }, (_, i) => Math.log((count + 1) / (i + 1)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (weight * count) / total);
}
