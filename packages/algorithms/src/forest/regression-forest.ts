import type { RandomStream } from "@qalam/numeric";
import { growTree, leafOf, type RegressionTree, treeData } from "./regression-tree.ts";
import type { Surrogate } from "./surrogate.ts";

/** Trees of a forest, and rows of a leaf at least, as in scikit-optimize. */
const TREES = 100;
const LEAST_ROWS = 3;

export type ForestKind = "random" | "extra";

/**
 * Random forest (Breiman 2001: every tree from a bootstrap sample) or extremely randomised trees (Geurts et al. 2006: every tree from all rows, thresholds at random).
 * The deviation is that of a mixture of the leaves: of the trees' means, and within each leaf (Hutter et al. 2014, Algorithm Runtime Prediction, section 4.3.2).
 */
export class RegressionForest implements Surrogate {
  readonly #trees: readonly RegressionTree[];
  readonly #width: number;

  /** @param rows shape [n][D], at least one @param targets [n] */
  constructor(
    kind: ForestKind,
    rows: readonly Float64Array[],
    targets: Float64Array,
    random: RandomStream,
    trees = TREES,
  ) {
    const data = treeData(rows);
    const splitter = kind === "random" ? "best" : "random";
    this.#width = rows[0]?.length ?? 0;
    this.#trees = Array.from({ length: trees }, () => {
      const weights = kind === "random" ? bootstrap(rows.length, random) : new Float64Array(rows.length).fill(1);
      return growTree(data, targets, weights, { leastRows: LEAST_ROWS, splitter }, random);
    });
  }

  predictMany(xs: Float64Array, count: number, means: Float64Array, deviations: Float64Array): void {
    const share = 1 / this.#trees.length;
    for (let c = 0; c < count; c++) {
      let mean = 0;
      let square = 0;
      for (const tree of this.#trees) {
        const leaf = leafOf(tree, xs, c * this.#width);
        const own = tree.means[leaf] as number;
        mean += share * own;
        square += share * ((tree.variances[leaf] as number) + own * own);
      }
      means[c] = mean;
      deviations[c] = Math.sqrt(Math.max(0, square - mean * mean));
    }
  }
}

/** How often each row was drawn. */
function bootstrap(rows: number, random: RandomStream): Float64Array {
  const counts = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const row = random.integer(rows);
    counts[row] = (counts[row] as number) + 1;
  }
  return counts;
}
