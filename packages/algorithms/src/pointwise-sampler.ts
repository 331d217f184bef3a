import type { RandomStream } from "@qalam/numeric";
import { Ledger } from "./ledger.ts";
import type { Point } from "./parameter.ts";
import type { Answer, FinishedTrial, Json, PendingTrial, Sampler, SamplerOptions, SuggestedTrial } from "./sampler.ts";

/** Proposes the point of a suggestion. @param attempt 0 at first, counts up when a proposal was known or infeasible */
export type Propose = (id: number, attempt: number, random: RandomStream) => Point;

/** A sampler whose suggestions depend on their number and on what was suggested before, not on results: random and quasi-random search. */
export class PointwiseSampler implements Sampler {
  readonly #ledger: Ledger;
  readonly #propose: Propose;
  readonly #name: string;

  constructor(name: string, options: SamplerOptions, seed: number, propose: Propose) {
    const next = typeof options.state === "number" ? options.state : 0;
    this.#name = name;
    this.#ledger = new Ledger(options.space, seed, options.initialPoints, next);
    this.#propose = propose;
  }

  tell(trials: readonly FinishedTrial[]): void {
    this.#ledger.tell(trials);
  }

  ask(count: number, pending: readonly PendingTrial[]): Answer {
    this.#ledger.begin(pending);
    const suggestions: SuggestedTrial[] = [];
    while (suggestions.length < count) {
      const first = this.#ledger.initialPoint();
      const random = this.#ledger.stream(this.#name);
      const id = this.#ledger.next;
      const point = first ?? this.#ledger.fresh((attempt) => this.#propose(id, attempt, random), random);
      if (point === undefined) break;
      const origin = first === undefined ? this.#name : INITIAL_ORIGIN;
      suggestions.push({ id: this.#ledger.take(point), point, origin });
    }
    return { suggestions, exhausted: suggestions.length < count };
  }

  dump(): Json {
    return this.#ledger.next;
  }
}

/** Origin of points that the user wants tried first. */
export const INITIAL_ORIGIN = "given as an initial trial";
