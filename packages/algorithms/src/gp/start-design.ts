import { MAX_SOBOL_DIMENSION, type RandomStream, randomStream, SobolSequence } from "@qalam/numeric";
import type { Point } from "../parameter.ts";
import type { SearchSpace } from "../search-space.ts";

/** Points to try before there is a model: a scrambled Sobol sequence, numbered by the suggestion; random points where that is known or has too many dimensions. */
export class StartDesign {
  readonly #space: SearchSpace;
  readonly #sequence: SobolSequence | undefined;

  constructor(space: SearchSpace, seed: number) {
    this.#space = space;
    if (space.dimension <= MAX_SOBOL_DIMENSION && space.dimension > 0)
      this.#sequence = new SobolSequence(space.dimension, randomStream(seed, "start design"));
  }

  /** @param attempt 0 at first, counts up when a proposal was known or infeasible */
  point(id: number, attempt: number, random: RandomStream): Point {
    const unit =
      attempt === 0 && this.#sequence !== undefined
        ? this.#sequence.point(id)
        : Float64Array.from({ length: this.#space.dimension }, () => random.uniform());
    return this.#space.decode(unit);
  }
}
