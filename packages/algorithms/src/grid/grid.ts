import { randomStream } from "@qalam/numeric";
import { Ledger } from "../ledger.ts";
import type { Point } from "../parameter.ts";
import { INITIAL_ORIGIN } from "../pointwise-sampler.ts";
import type {
  Algorithm,
  Answer,
  FinishedTrial,
  Json,
  PendingTrial,
  Sampler,
  SamplerOptions,
  SuggestedTrial,
} from "../sampler.ts";
import { RANDOM_STATE, seedOf } from "../settings.ts";
import { IndexPermutation } from "./index-permutation.ts";

/**
 * Every combination once, in a random order given by the seed, as in Katib (behaviour 6.5): a run that is cut short has still seen all parts
 * of the grid. Unlike in Katib it ends when all cells were tried.
 */
export const grid: Algorithm = {
  name: "grid",
  summary: "every combination of the parameters' values once",
  settings: [RANDOM_STATE],
  supports: {
    constraints: true,
    multiObjective: true,
    outcomeConstraints: true,
    conditions: true,
    initialPoints: true,
  },
  check: ({ space }) => {
    const endless = space.parameters
      .filter(
        (parameter) =>
          !("values" in parameter) &&
          parameter.type === "double" &&
          parameter.step === undefined &&
          parameter.min !== parameter.max,
      )
      .map(({ name }) => name);
    if (endless.length > 0)
      return [`grid needs a step for every double parameter: add feasibleSpace.step to ${endless.join(", ")}`];
    if (space.size > Number.MAX_SAFE_INTEGER)
      return [`grid would have ${space.size} combinations; use larger steps or another algorithm`];
    return [];
  },
  create: (options) => new GridSampler(options),
};

class GridSampler implements Sampler {
  readonly #ledger: Ledger;
  readonly #cells: IndexPermutation;
  /** Cells before this one in the order were handed out or skipped. */
  #position: number;

  constructor(options: SamplerOptions) {
    const [next = 0, position = 0] = Array.isArray(options.state) ? options.state.map(Number) : [];
    this.#ledger = new Ledger(options.space, seedOf(options), options.initialPoints, next);
    this.#cells = new IndexPermutation(options.space.size, randomStream(seedOf(options), "grid"));
    this.#position = position;
  }

  tell(trials: readonly FinishedTrial[]): void {
    this.#ledger.tell(trials);
  }

  ask(count: number, pending: readonly PendingTrial[]): Answer {
    this.#ledger.begin(pending);
    const suggestions: SuggestedTrial[] = [];
    while (suggestions.length < count) {
      const first = this.#ledger.initialPoint();
      const point = first ?? this.#nextCell();
      if (point === undefined) return { suggestions, exhausted: true };
      const origin = first === undefined ? "grid" : INITIAL_ORIGIN;
      suggestions.push({ id: this.#ledger.take(point), point, origin });
    }
    return { suggestions, exhausted: false };
  }

  dump(): Json {
    return [this.#ledger.next, this.#position];
  }

  /** The next cell in the order; at its end, cells whose trials were lost on the way. */
  #nextCell(): Point | undefined {
    const { space } = this.#ledger;
    for (; this.#position < space.size; this.#position++) {
      const point = space.at(this.#cells.at(this.#position));
      if (this.#ledger.isFresh(point)) {
        this.#position++;
        return point;
      }
    }
    for (let position = 0; position < space.size; position++) {
      const point = space.at(this.#cells.at(position));
      if (this.#ledger.isFresh(point)) return point;
    }
    return undefined;
  }
}
