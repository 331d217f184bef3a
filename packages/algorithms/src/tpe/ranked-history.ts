import { compareLosses } from "../multi-objective/dominance.ts";
import { referencePoint, selectByHypervolume } from "../multi-objective/hypervolume-subset.ts";
import { nonDominatedRanks } from "../multi-objective/non-dominated-ranks.ts";
import { isFeasible, lossesOf, rankKeys } from "../rank-trials.ts";
import type { Direction, FinishedTrial } from "../sampler.ts";
import type { KernelAxis } from "./kernel-axis.ts";
import { Spread } from "./spread.ts";

interface Entry {
  readonly losses: Float64Array;
  readonly coordinates: Float64Array;
  readonly isFailed: boolean;
  /** Has losses that count: succeeded and feasible. */
  readonly isComparable: boolean;
  /** What it is ranked by; the loss stands at LOSS. */
  readonly keys: number[];
}

/** Place of the loss among the rank keys. */
const LOSS = 4;

/** Finished trials, best first, as rows of kernel coordinates. One objective: a trial takes its place when told. Several: ranked anew when asked for. */
export class RankedHistory {
  /** Of all rows. */
  readonly spread: Spread;
  readonly #directions: readonly Direction[];
  readonly #width: number;
  readonly #entries: Entry[] = [];
  readonly #ids = new Set<number>();
  #rows: Float64Array;
  #failed = 0;
  #isRanked = true;

  /** @param axes of the coordinates */
  constructor(directions: readonly Direction[], axes: readonly KernelAxis[]) {
    this.spread = new Spread(axes);
    this.#directions = directions;
    this.#width = axes.length;
    this.#rows = new Float64Array(64 * axes.length);
  }

  /** Number of trials. */
  get count(): number {
    return this.#entries.length;
  }

  /** Number of trials that did not fail. */
  get usable(): number {
    return this.#entries.length - this.#failed;
  }

  has(id: number): boolean {
    return this.#ids.has(id);
  }

  add(trial: FinishedTrial, coordinates: Float64Array): void {
    const losses = lossesOf(trial, this.#directions);
    const isFailed = trial.state === "failed";
    const keys = rankKeys(trial, losses[0] as number);
    const isComparable = trial.state === "succeeded" && isFeasible(trial);
    const entry = { losses, coordinates, isFailed, isComparable, keys };
    this.#ids.add(trial.id);
    this.spread.add(coordinates);
    if (isFailed) this.#failed++;
    if (this.#directions.length > 1) {
      this.#entries.push(entry);
      this.#isRanked = false;
      return;
    }
    const at = placeOf(this.#entries, entry);
    this.#entries.splice(at, 0, entry);
    this.#reserve(0);
    this.#rows.copyWithin((at + 1) * this.#width, at * this.#width, (this.count - 1) * this.#width);
    this.#rows.set(coordinates, at * this.#width);
  }

  /**
   * The rows, [count + extra][width], room for `extra` more behind them. The first `good` are the best ones; of several objectives those of the first fronts and of
   * the front that is cut, the ones with the largest hypervolume (Ozaki et al. 2022, MOTPE).
   */
  rows(good: number, extra: number): Float64Array {
    if (this.#directions.length > 1) this.#rank(good);
    this.#reserve(extra);
    return this.#rows;
  }

  #rank(good: number): void {
    if (!this.#isRanked) {
      // In the order of ids first: what was told earlier must not matter.
      this.#entries.sort((a, b) => (a.keys[LOSS + 1] as number) - (b.keys[LOSS + 1] as number));
      const comparable = this.#entries.filter(({ isComparable }) => isComparable);
      const ranks = nonDominatedRanks(comparable.map(({ losses }) => losses));
      comparable.forEach(({ keys }, i) => {
        keys[LOSS] = ranks[i] as number;
      });
      this.#isRanked = true;
    }
    this.#entries.sort((a, b) => compareLosses(a.keys, b.keys));
    this.#preferInCutFront(good);
    this.#reserve(0);
    this.#entries.forEach(({ coordinates }, i) => {
      this.#rows.set(coordinates, i * this.#width);
    });
  }

  #preferInCutFront(good: number): void {
    const last = this.#entries[good - 1];
    if (last?.isComparable !== true) return;
    const isTied = (entry: Entry) => entry.isComparable && entry.keys[LOSS] === last.keys[LOSS];
    const first = this.#entries.findIndex(isTied);
    const front = this.#entries.filter(isTied);
    if (first + front.length === good) return;
    const losses = front.map((entry) => entry.losses);
    const taken = selectByHypervolume(losses, good - first, referencePoint(losses));
    const rest = front.filter((_, i) => !taken.includes(i));
    this.#entries.splice(first, front.length, ...taken.map((i) => front[i] as Entry), ...rest);
  }

  #reserve(extra: number): void {
    const needed = (this.count + extra) * this.#width;
    if (needed <= this.#rows.length) return;
    const larger = new Float64Array(2 * needed);
    larger.set(this.#rows);
    this.#rows = larger;
  }
}

/** Where an entry belongs in an ascending list. */
function placeOf(entries: readonly Entry[], { keys }: Entry): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareLosses((entries[middle] as Entry).keys, keys) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
