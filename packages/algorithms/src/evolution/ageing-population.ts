import type { RandomStream } from "@qalam/numeric";
import { compareLosses } from "../multi-objective/dominance.ts";
import type { Point } from "../parameter.ts";
import type { Population } from "../population/population-sampler.ts";
import type { Variation } from "../population/variation.ts";
import { lossOf, rankKeys } from "../rank-trials.ts";
import type { Direction, FinishedTrial } from "../sampler.ts";

interface Member {
  readonly id: number;
  readonly point: Point;
  readonly keys: readonly number[];
}

/** The youngest trials; the best of a few of them, drawn at random, is changed a little (Real et al. 2019, regularized evolution, algorithm 1). */
export class AgeingPopulation implements Population {
  readonly origin = "evolution: a change to the best of a few recent trials";
  readonly #direction: Direction | undefined;
  readonly #size: number;
  readonly #sample: number;
  readonly #variation: Variation;
  /** The youngest, by id. */
  readonly #members: Member[] = [];
  /** The best of earlier experiments, best first: they stand in until there are enough of this one. */
  readonly #earlier: Member[] = [];

  constructor(
    direction: Direction | undefined,
    { size, sample }: { readonly size: number; readonly sample: number },
    variation: Variation,
  ) {
    this.#direction = direction;
    this.#size = size;
    this.#sample = sample;
    this.#variation = variation;
  }

  add(trial: FinishedTrial): void {
    const { id, point } = trial;
    const keys = rankKeys(trial, lossOf(trial, this.#direction));
    const member = { id, point, keys };
    if (id < 0) {
      insert(this.#earlier, member, (one) => compareLosses(one.keys, keys) > 0);
      if (this.#earlier.length > this.#size) this.#earlier.pop();
      return;
    }
    insert(this.#members, member, (one) => one.id > id);
    if (this.#members.length > this.#size) this.#members.shift();
  }

  breed(random: RandomStream): Point | undefined {
    const own = this.#members.length;
    const count = Math.min(this.#size, own + this.#earlier.length);
    let parent: Member | undefined;
    for (let draw = 0; draw < this.#sample && count > 0; draw++) {
      const place = random.integer(count);
      const member = (place < own ? this.#members[place] : this.#earlier[place - own]) as Member;
      if (parent === undefined || compareLosses(member.keys, parent.keys) < 0) parent = member;
    }
    return parent === undefined ? undefined : this.#variation.mutate(parent.point, 1, random);
  }
}

/** Puts a member before the first that comes after it. */
function insert(members: Member[], member: Member, comesAfter: (one: Member) => boolean): void {
  const after = members.findIndex(comesAfter);
  members.splice(after < 0 ? members.length : after, 0, member);
}
