import type { RandomStream } from "@qalam/numeric";
import { selectByHypervolume } from "../multi-objective/hypervolume-subset.ts";
import { nonDominatedRanks } from "../multi-objective/non-dominated-ranks.ts";
import { BoxedRegion } from "./boxed-region.ts";
import type { Aim } from "./incumbent.ts";
import { LogExpectedHypervolume } from "./log-expected-hypervolume.ts";
import type { Posterior } from "./posterior.ts";
import { SampledRegion } from "./sampled-region.ts";

/** Objectives up to which the region beyond a front is taken apart into boxes: with more there are thousands of them. */
const MAX_BOXED = 3;
/** Parts of the front's extent by which the reference lies beyond its worst, and goals lie beyond its best. */
const BEYOND_WORST = 0.1;
const BEYOND_BEST = 0.5;

/** What is known of the trade-offs between objectives: the feasible trials' losses as the models see them. Means would let a dominated row appear on the front. */
export class TradeOffs implements Aim {
  readonly #posteriors: readonly Posterior[];
  /** Losses of every row, [n][m]. */
  readonly #losses: readonly Float64Array[];
  /** Numbers of the rows on the front. */
  readonly #front: readonly number[];
  /** Of the front in every objective, [m]. */
  readonly #best: Float64Array;
  readonly #reference: Float64Array;

  /**
   * @param posteriors one per objective, of the same rows @param losses by objective, as the posteriors were given them, [m][n]
   * @param isFeasible of every row; at least one is
   */
  constructor(posteriors: readonly Posterior[], losses: readonly Float64Array[], isFeasible: readonly boolean[]) {
    const feasible = isFeasible.flatMap((one, i) => (one ? [i] : []));
    this.#posteriors = posteriors;
    this.#losses = isFeasible.map((_, i) => Float64Array.from(losses, (values) => values[i]!));
    const ranks = nonDominatedRanks(feasible.map((i) => this.#losses[i]!));
    this.#front = feasible.filter((_, i) => ranks[i] === 0);
    const extreme = (of: (...values: number[]) => number, numbers: readonly number[]) =>
      Float64Array.from(posteriors, (_, j) => of(...numbers.map((i) => this.#losses[i]![j]!)));
    this.#best = extreme(Math.min, this.#front);
    // One row has no extent: then all trials say how far it is worth looking.
    const worst = extreme(Math.max, this.#front.length > 1 ? this.#front : feasible);
    this.#reference = worst.map((value, j) => value + BEYOND_WORST * (value - this.#best[j]! || 1));
  }

  /** Numbers of the rows that together cover most of the trade-offs, in the order of what they add. */
  best(count: number): number[] {
    const rows = this.#front.map((i) => this.#losses[i]!);
    return selectByHypervolume(rows, Math.min(count, rows.length), this.#reference).map((i) => this.#front[i]!);
  }

  /** Expected gain of hypervolume. */
  improvement(random: RandomStream): LogExpectedHypervolume {
    const front = this.#front.map((i) => this.#losses[i]!);
    const reference = this.#reference;
    const goal = this.#best.map((best, j) => best - BEYOND_BEST * (reference[j]! - best));
    return new LogExpectedHypervolume(
      this.#posteriors,
      (outcomes) =>
        reference.length <= MAX_BOXED
          ? new BoxedRegion([...front, ...outcomes], reference)
          : new SampledRegion([...front, ...outcomes], goal, reference, random.split("goals")),
      random.split("draws"),
    );
  }
}
