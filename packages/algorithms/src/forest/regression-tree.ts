import type { RandomStream } from "@qalam/numeric";

/** Rows for trees. */
export interface TreeData {
  /** One column per feature, each of shape [n]. */
  readonly columns: readonly Float64Array[];
  /** Row numbers by ascending value, one list per feature. */
  readonly orders: readonly Int32Array[];
}

export interface TreeOptions {
  /** A leaf holds at least so many rows, whatever they weigh. */
  readonly leastRows: number;
  readonly maxDepth?: number;
  /** best: the threshold that lowers the variance most; random: one draw per feature, of these the best (Geurts et al. 2006, extremely randomised trees). */
  readonly splitter: "best" | "random";
}

/** A binary regression tree; node 0 is the root. All arrays have shape [nodes]. */
export interface RegressionTree {
  /** Feature that is split on, −1 in a leaf. */
  readonly features: Int32Array;
  /** Rows at or below it go left. */
  readonly thresholds: Float64Array;
  readonly lefts: Int32Array;
  readonly rights: Int32Array;
  /** Weighted mean and variance of the targets. */
  readonly means: Float64Array;
  readonly variances: Float64Array;
}

/** Sorts rows once for all trees of a forest. @param rows shape [n][features] */
export function treeData(rows: readonly Float64Array[]): TreeData {
  const width = rows[0]?.length ?? 0;
  const columns = Array.from({ length: width }, (_, f) => Float64Array.from(rows, (row) => row[f] as number));
  const orders = columns.map((column) =>
    Int32Array.from(rows.keys()).sort((a, b) => (column[a] as number) - (column[b] as number) || a - b),
  );
  return { columns, orders };
}

/** Where a row comes to rest. @param xs rows, row-major @param at start of the row */
export function leafOf({ features, thresholds, lefts, rights }: RegressionTree, xs: Float64Array, at: number): number {
  let node = 0;
  for (let f = features[0] as number; f >= 0; f = features[node] as number)
    node = ((xs[at + f] as number) <= (thresholds[node] as number) ? lefts[node] : rights[node]) as number;
  return node;
}

/** Variances below this are rounding errors: such a node is not split. */
const PURE = Number.EPSILON;

interface Split {
  readonly feature: number;
  readonly threshold: number;
}

interface OpenNode {
  readonly node: number;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

/**
 * Grows a tree by least squares (Breiman et al. 1984, CART). Every feature's row order is sorted once and split with the node, so that a level costs
 * rows × features. @param weights of each row; rows of weight 0 take no part
 */
export function growTree(
  data: TreeData,
  targets: Float64Array,
  weights: Float64Array,
  options: TreeOptions,
  random: RandomStream,
): RegressionTree {
  return new TreeGrower(data, targets, weights, options, random).grow();
}

class TreeGrower {
  readonly #columns: readonly Float64Array[];
  readonly #targets: Float64Array;
  readonly #weights: Float64Array;
  readonly #options: TreeOptions;
  readonly #random: RandomStream;
  /** Of the rows that take part; every node owns the same stretch of all orders. */
  readonly #orders: readonly Int32Array[];
  readonly #goesLeft: Uint8Array;
  readonly #spill: Int32Array;
  readonly #features: number[] = [];
  readonly #thresholds: number[] = [];
  readonly #lefts: number[] = [];
  readonly #rights: number[] = [];
  readonly #means: number[] = [];
  readonly #variances: number[] = [];

  constructor(
    { columns, orders }: TreeData,
    targets: Float64Array,
    weights: Float64Array,
    options: TreeOptions,
    random: RandomStream,
  ) {
    this.#columns = columns;
    this.#targets = targets;
    this.#weights = weights;
    this.#options = options;
    this.#random = random;
    this.#orders = orders.map((order) => order.filter((row) => (weights[row] as number) > 0));
    this.#goesLeft = new Uint8Array(targets.length);
    this.#spill = new Int32Array(targets.length);
  }

  grow(): RegressionTree {
    const rows = this.#orders[0]?.length ?? 0;
    const open: OpenNode[] = [{ node: this.#add(0, rows), start: 0, end: rows, depth: 0 }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) open.push(...this.#branch(next));
    return {
      features: Int32Array.from(this.#features),
      thresholds: Float64Array.from(this.#thresholds),
      lefts: Int32Array.from(this.#lefts),
      rights: Int32Array.from(this.#rights),
      means: Float64Array.from(this.#means),
      variances: Float64Array.from(this.#variances),
    };
  }

  /** A new leaf. */
  #add(start: number, end: number): number {
    const order = this.#orders[0] ?? new Int32Array(0);
    let weight = 0;
    let sum = 0;
    for (let i = start; i < end; i++) {
      const row = order[i] as number;
      weight += this.#weights[row] as number;
      sum += (this.#weights[row] as number) * (this.#targets[row] as number);
    }
    const mean = weight > 0 ? sum / weight : 0;
    let squares = 0;
    for (let i = start; i < end; i++) {
      const row = order[i] as number;
      squares += (this.#weights[row] as number) * ((this.#targets[row] as number) - mean) ** 2;
    }
    this.#features.push(-1);
    this.#thresholds.push(0);
    this.#lefts.push(-1);
    this.#rights.push(-1);
    this.#means.push(mean);
    this.#variances.push(weight > 0 ? squares / weight : 0);
    return this.#features.length - 1;
  }

  #branch({ node, start, end, depth }: OpenNode): OpenNode[] {
    const { leastRows, maxDepth = Number.POSITIVE_INFINITY } = this.#options;
    if (depth >= maxDepth || end - start < 2 * leastRows || (this.#variances[node] as number) <= PURE) return [];
    const split = this.#split(start, end);
    if (split === undefined) return [];
    const middle = this.#partition(split, start, end);
    const left = this.#add(start, middle);
    const right = this.#add(middle, end);
    this.#features[node] = split.feature;
    this.#thresholds[node] = split.threshold;
    this.#lefts[node] = left;
    this.#rights[node] = right;
    return [
      { node: right, start: middle, end, depth: depth + 1 },
      { node: left, start, end: middle, depth: depth + 1 },
    ];
  }

  #split(start: number, end: number): Split | undefined {
    let weight = 0;
    let sum = 0;
    for (let i = start; i < end; i++) {
      const row = this.#orders[0]?.[i] as number;
      weight += this.#weights[row] as number;
      sum += (this.#weights[row] as number) * (this.#targets[row] as number);
    }
    let best: (Split & { readonly score: number }) | undefined;
    for (let feature = 0; feature < this.#columns.length; feature++) {
      const one =
        this.#options.splitter === "best"
          ? this.#bestThreshold(feature, start, end, weight, sum)
          : this.#randomThreshold(feature, start, end, weight, sum);
      if (one !== undefined && (best === undefined || one.score > best.score)) best = { feature, ...one };
    }
    return best;
  }

  /** Maximises S_l²/w_l + S_r²/w_r, which is the drop of the squared error but for a constant. */
  #bestThreshold(feature: number, start: number, end: number, weight: number, sum: number) {
    const order = this.#orders[feature] as Int32Array;
    const column = this.#columns[feature] as Float64Array;
    const { leastRows } = this.#options;
    let leftWeight = 0;
    let leftSum = 0;
    let best: { threshold: number; score: number } | undefined;
    for (let i = start; i < end - leastRows; i++) {
      const row = order[i] as number;
      leftWeight += this.#weights[row] as number;
      leftSum += (this.#weights[row] as number) * (this.#targets[row] as number);
      const value = column[row] as number;
      const next = column[order[i + 1] as number] as number;
      if (i - start + 1 < leastRows || !(next > value)) continue;
      const score = leftSum ** 2 / leftWeight + (sum - leftSum) ** 2 / (weight - leftWeight);
      if (best === undefined || score > best.score) best = { threshold: between(value, next), score };
    }
    return best;
  }

  #randomThreshold(feature: number, start: number, end: number, weight: number, sum: number) {
    const order = this.#orders[feature] as Int32Array;
    const column = this.#columns[feature] as Float64Array;
    const low = column[order[start] as number] as number;
    const high = column[order[end - 1] as number] as number;
    if (!(high > low)) return undefined;
    const drawn = low + this.#random.uniform() * (high - low);
    const threshold = drawn < high ? drawn : low;
    let leftWeight = 0;
    let leftSum = 0;
    let i = start;
    for (; (column[order[i] as number] as number) <= threshold; i++) {
      const row = order[i] as number;
      leftWeight += this.#weights[row] as number;
      leftSum += (this.#weights[row] as number) * (this.#targets[row] as number);
    }
    const { leastRows } = this.#options;
    if (i - start < leastRows || end - i < leastRows) return undefined;
    return { threshold, score: leftSum ** 2 / leftWeight + (sum - leftSum) ** 2 / (weight - leftWeight) };
  }

  /** Moves the rows of the left child to the front of every order. @returns where the right child begins */
  #partition({ feature, threshold }: Split, start: number, end: number): number {
    const column = this.#columns[feature] as Float64Array;
    const chosen = this.#orders[feature] as Int32Array;
    for (let i = start; i < end; i++) {
      const row = chosen[i] as number;
      this.#goesLeft[row] = (column[row] as number) <= threshold ? 1 : 0;
    }
    let middle = start;
    for (const order of this.#orders) {
      middle = start;
      let spilt = 0;
      for (let i = start; i < end; i++) {
        const row = order[i] as number;
        if (this.#goesLeft[row] === 1) order[middle++] = row;
        else this.#spill[spilt++] = row;
      }
      order.set(this.#spill.subarray(0, spilt), middle);
    }
    return middle;
  }
}

/** The middle, but below the upper value in spite of rounding. */
function between(low: number, high: number): number {
  const middle = low / 2 + high / 2;
  return middle < high ? middle : low;
}
