import type { RandomStream } from "@qalam/numeric";
import { Ledger } from "../ledger.ts";
import type { Point } from "../parameter.ts";
import { INITIAL_ORIGIN } from "../pointwise-sampler.ts";
import type { Answer, FinishedTrial, Json, PendingTrial, Sampler, SamplerOptions, SuggestedTrial } from "../sampler.ts";
import { seedOf } from "../settings.ts";
import { StartingPoints } from "../starting-points.ts";

/** The finished trials that children are made from. What it breeds depends on the trials it holds, not on the order in which they came. */
export interface Population {
  /** Takes a trial that did not fail, each once. */
  add(trial: FinishedTrial): void;
  /** A child, or undefined when there are no parents. */
  breed(random: RandomStream): Point | undefined;
  /** How children are made, for the user. */
  readonly origin: string;
}

/** Evenly spread points until as many trials as the population holds have been suggested, then children; nothing but the next number is stored. */
export class PopulationSampler implements Sampler {
  readonly #name: string;
  readonly #size: number;
  readonly #population: Population;
  readonly #ledger: Ledger;
  readonly #start: StartingPoints;
  readonly #known = new Set<number>();
  /** Trials of earlier experiments. */
  #earlier = 0;

  constructor(name: string, options: SamplerOptions, size: number, population: Population) {
    const { space, initialPoints, state } = options;
    const seed = seedOf(options);
    this.#name = name;
    this.#size = size;
    this.#population = population;
    this.#ledger = new Ledger(space, seed, initialPoints, typeof state === "number" ? state : 0);
    this.#start = new StartingPoints(options, seed, name);
  }

  tell(trials: readonly FinishedTrial[]): void {
    this.#ledger.tell(trials);
    for (const trial of trials) {
      if (this.#known.has(trial.id) || trial.state === "failed") continue;
      this.#known.add(trial.id);
      if (trial.id < 0) this.#earlier++;
      this.#population.add(trial);
    }
  }

  ask(count: number, pending: readonly PendingTrial[]): Answer {
    this.#ledger.begin(pending);
    const suggestions: SuggestedTrial[] = [];
    while (suggestions.length < count) {
      const suggestion = this.#suggest();
      if (suggestion === undefined) break;
      suggestions.push(suggestion);
    }
    return { suggestions, exhausted: suggestions.length < count };
  }

  dump(): Json {
    return this.#ledger.next;
  }

  #suggest(): SuggestedTrial | undefined {
    const first = this.#ledger.initialPoint();
    const random = this.#ledger.stream(this.#name);
    const id = this.#ledger.next;
    const isStarting = id + this.#earlier < this.#size || this.#known.size === 0;
    const startingPoint = (attempt: number) => this.#start.at(id, attempt, random);
    const child = (attempt: number) => this.#population.breed(random.split(attempt)) ?? startingPoint(attempt);
    const point = first ?? this.#ledger.fresh(isStarting ? startingPoint : child, random);
    if (point === undefined) return undefined;
    const origin = isStarting ? `${this.#name}: an evenly spread starting point` : this.#population.origin;
    return { id: this.#ledger.take(point), point, origin: first === undefined ? origin : INITIAL_ORIGIN };
  }
}

/** Members of a population by default: a fifth of the experiment's trials, 10 to 50. */
export function defaultPopulationSize({ budget }: SamplerOptions): number {
  return Math.min(50, Math.max(10, Math.round((budget?.maxTrials ?? 250) / 5)));
}
