import type { RandomStream } from "@qalam/numeric";
import { BoostedQuantiles } from "../forest/quantile-boosting.ts";
import { RegressionForest } from "../forest/regression-forest.ts";
import type { Surrogate } from "../forest/surrogate.ts";
import type { FeatureSpace } from "../gp/feature-space.ts";
import { thinnedRows } from "../gp/thinned-rows.ts";
import type { Model } from "./model.ts";

export type ForestName = "RF" | "ET" | "GBRT";

/** Rows that trees are fitted to, at most. */
const MAX_ROWS = 1000;
/** Fits per ask at most: in larger batches several points share one. */
const MAX_FITS = 8;
/** Of standardised losses: leaves of equal rows are not certain. */
const LEAST_DEVIATION = 1e-3;

/**
 * Trees over features with one 0/1 column per category. A point under way counts as if its loss were the mean predicted there.
 */
export class ForestModel implements Model {
  readonly #name: ForestName;
  readonly #space: FeatureSpace;
  readonly #random: () => RandomStream;
  /** Columns of a row. */
  readonly #width: number;
  #rows: Float64Array[] = [];
  #targets: number[] = [];
  #surrogate: Surrogate | undefined;
  #isStale = false;
  #additions = 0;

  /** @param random a new stream for each fit */
  constructor(name: ForestName, space: FeatureSpace, random: () => RandomStream) {
    this.#name = name;
    this.#space = space;
    this.#random = random;
    this.#width = space.counts.slice(space.numeric).reduce((sum, count) => sum + count, space.numeric);
  }

  update(rows: readonly Float64Array[], targets: Float64Array, pending: readonly Float64Array[]): void {
    const chosen = thinnedRows(targets, MAX_ROWS);
    this.#additions = 0; // what an ask gives must not depend on how many came before it
    this.#rows = chosen.map((i) => this.#columns(rows[i] as Float64Array));
    this.#targets = chosen.map((i) => targets[i] as number);
    this.#fit();
    if (pending.length === 0) return;
    const { means } = this.predict(flat(pending), pending.length);
    pending.forEach((row, i) => {
      this.#push(row, means[i] as number);
    });
    this.#fit();
  }

  addPending(row: Float64Array): void {
    this.#push(row, this.predict(row, 1).means[0] as number);
    this.#additions++;
    // Powers of two: a batch of any size costs a few fits.
    this.#isStale = this.#additions <= MAX_FITS || (this.#additions & (this.#additions - 1)) === 0;
  }

  predict(xs: Float64Array, count: number) {
    if (this.#isStale) this.#fit();
    const means = new Float64Array(count);
    const deviations = new Float64Array(count);
    const d = this.#space.dimension;
    const columns = new Float64Array(count * this.#width);
    for (let c = 0; c < count; c++) this.#setColumns(xs.subarray(c * d, (c + 1) * d), columns, c * this.#width);
    this.#surrogate?.predictMany(columns, count, means, deviations);
    return { means, deviations: deviations.map((deviation) => Math.max(LEAST_DEVIATION, deviation)) };
  }

  #push(row: Float64Array, target: number): void {
    this.#rows.push(this.#columns(row));
    this.#targets.push(target);
  }

  #fit(): void {
    const targets = Float64Array.from(this.#targets);
    const random = this.#random();
    this.#surrogate =
      this.#name === "GBRT"
        ? new BoostedQuantiles(this.#rows, targets, random)
        : new RegressionForest(this.#name === "RF" ? "random" : "extra", this.#rows, targets, random);
    this.#isStale = false;
  }

  #columns(features: Float64Array): Float64Array {
    const columns = new Float64Array(this.#width);
    this.#setColumns(features, columns, 0);
    return columns;
  }

  /** Numeric features as they are, then one column per category. @param columns zeros */
  #setColumns(features: Float64Array, columns: Float64Array, at: number): void {
    const { numeric, counts, dimension } = this.#space;
    for (let k = 0; k < numeric; k++) columns[at + k] = features[k] as number;
    let column = at + numeric;
    for (let k = numeric; k < dimension; k++) {
      const category = features[k] as number;
      if (category >= 0) columns[column + category] = 1;
      column += counts[k] as number;
    }
  }
}

function flat(rows: readonly Float64Array[]): Float64Array {
  const width = rows[0]?.length ?? 0;
  const all = new Float64Array(rows.length * width);
  rows.forEach((row, i) => {
    all.set(row, i * width);
  });
  return all;
}
