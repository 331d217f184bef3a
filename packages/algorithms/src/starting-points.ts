import { MAX_SOBOL_DIMENSION, type RandomStream, randomStream, SobolSequence } from "@qalam/numeric";
import type { Point } from "./parameter.ts";
import type { SamplerOptions } from "./sampler.ts";
import type { SearchSpace } from "./search-space.ts";

/** Leaves room between the numbers of starting points for further attempts. */
const ATTEMPT_OFFSET = 2 ** 31;

/**
 * Points while nothing is known. The first is the middle of every range, unless the user named points to begin with: no other is nearer to wherever the optimum may be, and
 * ranges are written around what usually works (as in Vizier, arXiv:2408.11527). The others fill the space evenly: a scrambled Sobol sequence over the parameters with a
 * choice; random beyond its dimensions. Lists have no middle: their values are always from the sequence.
 */
export class StartingPoints {
  readonly #space: SearchSpace;
  readonly #searched: readonly number[];
  readonly #sequence: SobolSequence | undefined;
  readonly #fromMiddle: boolean;

  /** @param label names the sequence beside the seed */
  constructor({ space, initialPoints = [] }: SamplerOptions, seed: number, label: string) {
    this.#space = space;
    this.#fromMiddle = initialPoints.length === 0;
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
    const isMiddle = this.#fromMiddle && id === 0 && attempt === 0;
    this.#searched.forEach((i, d) => {
      if (isMiddle && this.#space.parameters[i]?.type !== "categorical") return;
      unit[i] = coordinates?.[d] ?? random.uniform();
    });
    return this.#space.decode(unit);
  }
}
