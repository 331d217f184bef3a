import type { RandomStream } from "@qalam/numeric";
import { crowdingDistances } from "../multi-objective/crowding-distances.ts";
import { compareLosses } from "../multi-objective/dominance.ts";
import { nonDominatedRanks } from "../multi-objective/non-dominated-ranks.ts";
import type { Point } from "../parameter.ts";
import type { Population } from "../population/population-sampler.ts";
import type { Variation } from "../population/variation.ts";
import { isFeasible, lossesOf, rankKeys } from "../rank-trials.ts";
import type { Direction, FinishedTrial } from "../sampler.ts";

/** Share of the children that have two parents. */
const CROSSED = 0.9;
/** Place of the loss among the rank keys. */
const LOSS = 4;

interface Member {
  readonly point: Point;
  readonly losses: Float64Array;
  readonly isComparable: boolean;
  readonly keys: readonly number[];
}

/** A member with its rank keys, the loss replaced by front and crowding. */
interface Ranked {
  readonly member: Member;
  readonly keys: readonly number[];
}

/**
 * The survivors of all generations (Deb et al. 2002). A generation is a block of consecutive trial numbers; its trials join the survivors of the one before, and the
 * best by constrained non-domination and crowding stay. Survivors are worked out from the trials each time some came, from the first generation that changed on,
 * so late results count where they belong.
 */
export class ElitistPopulation implements Population {
  readonly origin = "nsga2: a child of two trials on or near the front";
  readonly #directions: readonly Direction[];
  readonly #size: number;
  readonly #variation: Variation;
  /** Trials by generation. Trials of earlier experiments have negative numbers, and so have their generations. */
  readonly #generations = new Map<number, Map<number, Member>>();
  /** Survivors after a generation, best first; of those whose trials have not changed since. */
  readonly #survivors = new Map<number, readonly Ranked[]>();

  constructor(directions: readonly Direction[], size: number, variation: Variation) {
    this.#directions = directions;
    this.#size = size;
    this.#variation = variation;
  }

  add(trial: FinishedTrial): void {
    const losses = lossesOf(trial, this.#directions);
    const member = {
      point: trial.point,
      losses,
      isComparable: trial.state === "succeeded" && isFeasible(trial),
      keys: rankKeys(trial, losses[0] as number),
    };
    const generation = Math.floor(trial.id / this.#size);
    const members = this.#generations.get(generation) ?? new Map<number, Member>();
    this.#generations.set(generation, members.set(trial.id, member));
    for (const later of [...this.#survivors.keys()]) if (later >= generation) this.#survivors.delete(later);
  }

  breed(random: RandomStream): Point | undefined {
    const survivors = this.#latest();
    if (survivors.length === 0) return undefined;
    const parent = tournament(survivors, random);
    if (random.uniform() >= CROSSED) return this.#variation.mutate(parent, 1, random);
    return this.#variation.mutate(this.#variation.cross(parent, tournament(survivors, random), random), 0.99, random);
  }

  #latest(): readonly Ranked[] {
    let survivors: readonly Ranked[] = [];
    for (const generation of [...this.#generations.keys()].sort((a, b) => a - b)) {
      const known = this.#survivors.get(generation);
      survivors = known ?? this.#select([...survivors.map(({ member }) => member), ...this.#membersOf(generation)]);
      this.#survivors.set(generation, survivors);
    }
    return survivors;
  }

  #membersOf(generation: number): Member[] {
    const members = [...(this.#generations.get(generation) ?? [])];
    return members.sort(([a], [b]) => a - b).map(([, member]) => member);
  }

  /** The best members, best first: Deb's constrained domination, then crowding. */
  #select(members: readonly Member[]): Ranked[] {
    const comparable = members.filter(({ isComparable }) => isComparable);
    const ranks = nonDominatedRanks(comparable.map(({ losses }) => losses));
    const places = new Map<Member, readonly [front: number, crowding: number]>();
    for (let rank = 0; ranks.includes(rank); rank++) {
      const front = comparable.filter((_, i) => ranks[i] === rank);
      const distances = crowdingDistances(front.map(({ losses }) => losses));
      front.forEach((member, i) => {
        places.set(member, [rank, -(distances[i] as number)]);
      });
    }
    const ranked = members.map((member) => {
      const place = places.get(member) ?? [member.keys[LOSS] as number, 0];
      return { member, keys: [...member.keys.slice(0, LOSS), ...place, member.keys[LOSS + 1] as number] };
    });
    return ranked.sort((a, b) => compareLosses(a.keys, b.keys)).slice(0, this.#size);
  }
}

/** The better of two members drawn at random. @param survivors best first */
function tournament(survivors: readonly Ranked[], random: RandomStream): Point {
  const place = Math.min(random.integer(survivors.length), random.integer(survivors.length));
  return (survivors[place] as Ranked).member.point;
}
