import { gp } from "../gp/gp.ts";
import type { Answer, FinishedTrial, Json, PendingTrial, Sampler, SamplerOptions } from "../sampler.ts";
import { multivariateTpe } from "../tpe/tpe.ts";
import { turbo } from "../turbo/turbo.ts";
import { type Choice, chooseMethod } from "./choose-method.ts";

const METHODS = { gp, "multivariate-tpe": multivariateTpe, turbo } as const;

/** The method at work with its own state, and the number of the next suggestion. */
type State = { readonly next?: number; readonly method?: Choice["method"]; readonly inner?: Json };

/** Hands each ask to the method that suits the experiment at that time. One that takes over is told all that has finished and goes on counting. */
export class AutoSampler implements Sampler {
  readonly #options: SamplerOptions;
  /** By id: what a method that takes over must be told. */
  readonly #told = new Map<number, FinishedTrial>();
  #finished = 0;
  #method: Choice["method"] | undefined;
  #inner: Sampler | undefined;
  #next: number;

  constructor(options: SamplerOptions) {
    const { state, ...rest } = options;
    const { next = 0, method, inner } = (state ?? {}) as State;
    this.#options = rest;
    this.#next = next;
    if (method === undefined) return;
    this.#method = method;
    this.#inner = METHODS[method].create({ ...rest, ...(inner !== undefined && { state: inner }) });
  }

  tell(trials: readonly FinishedTrial[]): void {
    for (const trial of trials) {
      if (this.#told.has(trial.id)) continue;
      this.#told.set(trial.id, trial);
      if (trial.id < 0) continue; // of an earlier experiment
      this.#finished++;
      this.#next = Math.max(this.#next, trial.id + 1);
    }
    this.#inner?.tell(trials);
  }

  ask(count: number, pending: readonly PendingTrial[]): Answer {
    for (const { id } of pending) this.#next = Math.max(this.#next, id + 1);
    const { method, reason } = chooseMethod(this.#options, this.#finished);
    const inner = this.#use(method);
    const { suggestions, exhausted } = inner.ask(count, pending);
    for (const { id } of suggestions) this.#next = Math.max(this.#next, id + 1);
    return {
      suggestions: suggestions.map((one) => ({ ...one, origin: `auto, as ${reason}: ${one.origin ?? method}` })),
      exhausted,
    };
  }

  dump(): Json {
    return this.#method === undefined || this.#inner === undefined
      ? null
      : { next: this.#next, method: this.#method, inner: this.#inner.dump() };
  }

  #use(method: Choice["method"]): Sampler {
    if (this.#inner !== undefined && this.#method === method) return this.#inner;
    this.#method = method;
    this.#inner = METHODS[method].create({ ...this.#options, firstId: this.#next });
    this.#inner.tell([...this.#told.values()]);
    return this.#inner;
  }
}
