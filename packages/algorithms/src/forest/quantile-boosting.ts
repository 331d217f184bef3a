import type { RandomStream } from "@qalam/numeric";
import { growTree, leafOf, type RegressionTree, type TreeData, treeData } from "./regression-tree.ts";
import type { Surrogate } from "./surrogate.ts";

/** Trees of a quantile, share of each, and their depth: as in scikit-optimize and scikit-learn. */
const ROUNDS = 30;
const RATE = 0.1;
const MAX_DEPTH = 3;

/**
 * Gradient boosting of one quantile (Friedman 2001, Algorithm 1 with the pinball loss): trees are fitted to the signs of the residuals, then their leaves take the
 * quantile of the residuals themselves.
 */
export class QuantileBoosting {
  readonly #start: number;
  readonly #trees: RegressionTree[] = [];
  readonly #width: number;

  /** @param xs the rows of `data`, row-major */
  constructor(quantile: number, data: TreeData, xs: Float64Array, targets: Float64Array, random: RandomStream) {
    this.#width = data.columns.length;
    this.#start = interpolated(targets, quantile);
    const weights = new Float64Array(targets.length).fill(1);
    const residuals = targets.map((y) => y - this.#start);
    for (let round = 0; round < ROUNDS; round++) {
      const signs = residuals.map((residual) => (residual >= 0 ? quantile : quantile - 1));
      const tree = growTree(data, signs, weights, { leastRows: 1, maxDepth: MAX_DEPTH, splitter: "best" }, random);
      this.#trees.push(tree);
      this.#fillLeaves(tree, xs, residuals, quantile);
    }
  }

  /** Value for a row. @param at where it starts in `xs` */
  predict(xs: Float64Array, at: number): number {
    let value = this.#start;
    for (const tree of this.#trees) value += tree.means[leafOf(tree, xs, at)] as number;
    return value;
  }

  /** Sets the leaves' steps and takes them off the residuals. */
  #fillLeaves(tree: RegressionTree, xs: Float64Array, residuals: Float64Array, quantile: number): void {
    const members = new Map<number, number[]>();
    for (let i = 0; i < residuals.length; i++) {
      const leaf = leafOf(tree, xs, i * this.#width);
      const rows = members.get(leaf) ?? [];
      rows.push(i);
      members.set(leaf, rows);
    }
    for (const [leaf, rows] of members) {
      const step =
        RATE *
        attained(
          Float64Array.from(rows, (i) => residuals[i] as number),
          quantile,
        );
      tree.means[leaf] = step;
      for (const i of rows) residuals[i] = (residuals[i] as number) - step;
    }
  }
}

/** Mean and deviation from three boosted quantiles: the median, and half of what lies between 16 % and 84 %, as in scikit-optimize. */
export class BoostedQuantiles implements Surrogate {
  readonly #low: QuantileBoosting;
  readonly #middle: QuantileBoosting;
  readonly #high: QuantileBoosting;
  readonly #width: number;

  /** @param rows shape [n][D], at least one @param targets [n] */
  constructor(rows: readonly Float64Array[], targets: Float64Array, random: RandomStream) {
    this.#width = rows[0]?.length ?? 0;
    const data = treeData(rows);
    const xs = new Float64Array(rows.length * this.#width);
    rows.forEach((row, i) => {
      xs.set(row, i * this.#width);
    });
    const boosted = (quantile: number) => new QuantileBoosting(quantile, data, xs, targets, random);
    this.#low = boosted(0.16);
    this.#middle = boosted(0.5);
    this.#high = boosted(0.84);
  }

  predictMany(xs: Float64Array, count: number, means: Float64Array, deviations: Float64Array): void {
    for (let c = 0; c < count; c++) {
      const at = c * this.#width;
      means[c] = this.#middle.predict(xs, at);
      deviations[c] = Math.max(0, (this.#high.predict(xs, at) - this.#low.predict(xs, at)) / 2);
    }
  }
}

/** Linear between order statistics. @param values not empty */
function interpolated(values: Float64Array, quantile: number): number {
  const sorted = values.slice().sort();
  const position = quantile * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] as number;
  return low + (position - below) * ((sorted[Math.min(sorted.length - 1, below + 1)] as number) - low);
}

/** The smallest value that at least this share does not exceed. @param values not empty */
function attained(values: Float64Array, quantile: number): number {
  const sorted = values.slice().sort();
  return sorted[Math.max(0, Math.ceil(quantile * sorted.length - 1e-9) - 1)] as number;
}
