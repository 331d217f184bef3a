import { readFileSync } from "node:fs";
import { randomStream } from "@qalam/numeric";
import { describe, expect, it } from "vitest";
import { BoostedQuantiles, QuantileBoosting } from "../src/forest/quantile-boosting.ts";
import { RegressionForest } from "../src/forest/regression-forest.ts";
import { growTree, leafOf, treeData } from "../src/forest/regression-tree.ts";

interface Prediction {
  readonly means: readonly number[];
  readonly variances: readonly number[];
}

/**
 * Made with scikit-learn 1.5.2: a DecisionTreeRegressor (min_samples_leaf 3) without and with weights, GradientBoostingRegressor (30 trees, loss "quantile"), and the
 * average of 200 forests (100 trees, min_samples_leaf 3) with the deviation of the mixture of leaves. Coordinates are exact in 32 bits, as there.
 */
const golden: {
  readonly rows: readonly number[][];
  readonly targets: readonly number[];
  readonly queries: readonly number[][];
  readonly tree: Prediction & { readonly leaves: number };
  readonly weighted: Prediction & { readonly weights: readonly number[] };
  readonly "quantile0.16": readonly number[];
  readonly "quantile0.5": readonly number[];
  readonly "quantile0.84": readonly number[];
  readonly random: { readonly means: readonly number[]; readonly deviations: readonly number[] };
  readonly extra: { readonly means: readonly number[]; readonly deviations: readonly number[] };
} = JSON.parse(readFileSync(new URL("scikit-learn-forests.json", import.meta.url), "utf8"));

const rows = golden.rows.map((row) => Float64Array.from(row));
const targets = Float64Array.from(golden.targets);
const xs = Float64Array.from(golden.rows.flat());
const queries = Float64Array.from(golden.queries.flat());
const width = golden.queries[0]!.length;
const count = golden.queries.length;
const ones = new Float64Array(rows.length).fill(1);

function expectClose(found: ArrayLike<number>, wanted: readonly number[], tolerance: number): void {
  expect(found).toHaveLength(wanted.length);
  wanted.forEach((value, i) => {
    expect(Math.abs(found[i]! - value), `number ${i}`).toBeLessThan(tolerance);
  });
}

describe("a regression tree", () => {
  const options = { leastRows: 3, splitter: "best" } as const;

  it.each([
    ["without weights", ones, golden.tree],
    ["with weights", Float64Array.from(golden.weighted.weights), golden.weighted],
  ])("is scikit-learn's, %s", (_name, weights, wanted) => {
    const tree = growTree(treeData(rows), targets, weights, options, randomStream(1));
    // At the rows themselves: thresholds of equal worth on several features make no difference there.
    const leaves = [...rows.keys()].filter((i) => weights[i]! > 0).map((i) => leafOf(tree, xs, i * width));
    expectClose(
      leaves.map((leaf) => tree.means[leaf]!),
      wanted.means,
      1e-12,
    );
    expectClose(
      leaves.map((leaf) => tree.variances[leaf]!),
      wanted.variances,
      1e-12,
    );
  });

  it("has as many leaves as scikit-learn's", () => {
    const tree = growTree(treeData(rows), targets, ones, options, randomStream(1));
    expect(tree.features.filter((feature) => feature < 0)).toHaveLength(golden.tree.leaves);
  });

  it("keeps leaves of the least size, however thresholds are drawn", () => {
    for (const splitter of ["best", "random"] as const) {
      const tree = growTree(treeData(rows), targets, ones, { leastRows: 5, splitter }, randomStream(2));
      const sizes = new Map<number, number>();
      rows.forEach((_, i) => {
        const leaf = leafOf(tree, xs, i * width);
        sizes.set(leaf, (sizes.get(leaf) ?? 0) + 1);
      });
      expect(sizes.size).toBeGreaterThan(3);
      expect(Math.min(...sizes.values())).toBeGreaterThanOrEqual(5);
    }
  });

  it.each([
    ["equal targets", rows, targets.map(() => 2)],
    ["equal rows", rows.map(() => rows[0]!), targets],
    ["one row", rows.slice(0, 1), targets.slice(0, 1)],
  ])("is a single leaf for %s", (_name, some, values) => {
    const tree = growTree(treeData(some), values, ones.slice(0, some.length), options, randomStream(1));
    expect(tree.features).toHaveLength(1);
    expect(tree.means[0]).toBeCloseTo(
      values.reduce((sum, value) => sum + value / values.length, 0),
      12,
    );
  });
});

describe("forests", () => {
  it.each(["random", "extra"] as const)("predict what scikit-learn's do on average: %s", (kind) => {
    const means = new Float64Array(count);
    const deviations = new Float64Array(count);
    new RegressionForest(kind, rows, targets, randomStream(3), 3000).predictMany(queries, count, means, deviations);
    expectClose(means, golden[kind].means, 0.02);
    expectClose(deviations, golden[kind].deviations, 0.02);
  });

  it("are the same for the same stream", () => {
    const predict = () => {
      const means = new Float64Array(count);
      new RegressionForest("extra", rows, targets, randomStream(3)).predictMany(queries, count, means, means.slice());
      return means;
    };
    expect(predict()).toEqual(predict());
  });
});

describe("gradient boosting of quantiles", () => {
  it.each([0.16, 0.5, 0.84] as const)("predicts scikit-learn's: %d", (quantile) => {
    // Of one feature, as splits of equal worth on several are drawn by lot there.
    const column = rows.map((row) => row.slice(0, 1));
    const one = Float64Array.from(rows, (row) => row[0]!);
    const boosting = new QuantileBoosting(quantile, treeData(column), one, targets, randomStream(1));
    const firsts = Float64Array.from(golden.queries, (query) => query[0]!);
    expectClose(
      golden.queries.map((_, i) => boosting.predict(firsts, i)),
      golden[`quantile${quantile}`],
      1e-12,
    );
  });

  it("takes half of what lies between the outer quantiles as deviation", () => {
    const means = new Float64Array(count);
    const deviations = new Float64Array(count);
    new BoostedQuantiles(rows, targets, randomStream(1)).predictMany(queries, count, means, deviations);
    const boosted = (quantile: number) => new QuantileBoosting(quantile, treeData(rows), xs, targets, randomStream(1));
    const [low, middle, high] = [boosted(0.16), boosted(0.5), boosted(0.84)];
    golden.queries.forEach((_, i) => {
      const at = i * width;
      expect(means[i]).toBeCloseTo(middle!.predict(queries, at), 12);
      const half = (high!.predict(queries, at) - low!.predict(queries, at)) / 2;
      expect(deviations[i]).toBeCloseTo(Math.max(0, half), 12);
    });
  });
});
