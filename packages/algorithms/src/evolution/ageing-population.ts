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
  /** By id. */
  readonly #members: Member[] = [];

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
    const after = this.#members.findIndex((member) => member.id > id);
    this.#members.splice(after < 0 ? this.#members.length : after, 0, { id, point, keys });
    if (this.#members.length > this.#size) this.#members.shift();
  }

  breed(random: RandomStream): Point | undefined {
    let parent: Member | undefined;
    for (let draw = 0; draw < this.#sample && this.#members.length > 0; draw++) {
      const member = this.#members[random.integer(this.#members.length)] as Member;
      if (parent === undefined || compareLosses(member.keys, parent.keys) < 0) parent = member;
    }
    return parent === undefined ? undefined : this.#variation.mutate(parent.point, 1, random);
  }
}
