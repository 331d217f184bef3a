import { MAX_SOBOL_DIMENSION, type RandomStream, randomStream, SobolSequence } from "@qalam/numeric";
import type { Point } from "./parameter.ts";
import type { SearchSpace } from "./search-space.ts";

/** Leaves room between the numbers of starting points for further attempts. */
const ATTEMPT_OFFSET = 2 ** 31;

/** Points that fill the space evenly while nothing is known: a scrambled Sobol sequence over the parameters with a choice; random beyond its dimensions. */
export class StartingPoints {
  readonly #space: SearchSpace;
  readonly #searched: readonly number[];
  readonly #sequence: SobolSequence | undefined;

  /** @param label names the sequence beside the seed */
  constructor(space: SearchSpace, seed: number, label: string) {
    this.#space = space;
    this.#searched = space.parameters.flatMap((_, i) => ((space.counts[i] as number) > 1 ? [i] : []));
    const count = this.#searched.length;
    if (count > 0 && count <= MAX_SOBOL_DIMENSION)
      this.#sequence = new SobolSequence(count, randomStream(seed, label, "start"));
  }

  /** The point of a suggestion. @param attempt 0 at first, counts up when a point was known or infeasible */
  at(id: number, attempt: number, random: RandomStream): Point {
    const number = attempt === 0 ? id + 1 : (ATTEMPT_OFFSET + id * 256 + attempt) >>> 0;
    const coordinates = this.#sequence?.point(number);
    const unit = new Float64Array(this.#space.dimension).fill(0.5);
    this.#searched.forEach((i, d) => {
      unit[i] = coordinates?.[d] ?? random.uniform();
    });
    return this.#space.decode(unit);
  }
}
