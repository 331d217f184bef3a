import type { RandomStream } from "@qalam/numeric";
import { Ledger } from "../ledger.ts";
import type { Point } from "../parameter.ts";
import { INITIAL_ORIGIN } from "../pointwise-sampler.ts";
import type { Answer, FinishedTrial, Json, PendingTrial, Sampler, SamplerOptions, SuggestedTrial } from "../sampler.ts";
import { seedOf } from "../settings.ts";
import { StartingPoints } from "../starting-points.ts";
import { KernelSpace } from "./kernel-space.ts";
import { RankedHistory } from "./ranked-history.ts";
import { TrialDensities } from "./trial-densities.ts";

/** Draws per candidate until one is feasible and new. */
const DRAWS_PER_CANDIDATE = 4;

export interface TpeSettings {
  /** Share of the trials that count as good. */
  readonly gamma: number;
  /** Weight of the prior among the kernels. */
  readonly priorWeight: number;
  /** Candidates of which the best is suggested. */
  readonly candidates: number;
  /** Trials with a result before the densities are used. */
  readonly startup: number;
}

/**
 * Tree-structured Parzen estimator (Bergstra et al. 2011), multivariate: candidates are drawn from a density of the good trials, and the one where it is largest
 * against the density of the others is suggested. Pending trials stand among the others (constant liar), so workers keep apart. Nothing but the number of the next
 * suggestion is stored.
 */
export class TpeSampler implements Sampler {
  readonly #name: string;
  readonly #settings: TpeSettings;
  readonly #ledger: Ledger;
  readonly #kernels: KernelSpace;
  readonly #history: RankedHistory;
  readonly #densities: TrialDensities;
  readonly #start: StartingPoints;

  constructor(name: string, options: SamplerOptions, settings: TpeSettings) {
    const { space, initialPoints, state, directions, firstId = 0 } = options;
    const seed = seedOf(options);
    this.#name = name;
    this.#settings = settings;
    this.#ledger = new Ledger(space, seed, initialPoints, typeof state === "number" ? state : firstId);
    this.#kernels = new KernelSpace(space);
    const { axes } = this.#kernels;
    this.#history = new RankedHistory(directions, axes);
    this.#densities = new TrialDensities(axes, settings, directions.length > 1);
    this.#start = new StartingPoints(options, seed, "tpe");
  }

  tell(trials: readonly FinishedTrial[]): void {
    this.#ledger.tell(trials);
    for (const trial of trials)
      if (!this.#history.has(trial.id)) this.#history.add(trial, this.#kernels.coordinatesOf(trial.point));
  }

  ask(count: number, pending: readonly PendingTrial[]): Answer {
    this.#ledger.begin(pending);
    const isLearning = this.#history.usable >= Math.max(1, this.#settings.startup);
    if (isLearning) {
      const inOrder = [...pending].sort((a, b) => a.id - b.id);
      const liars = inOrder.map(({ point }) => this.#kernels.coordinatesOf(point));
      this.#densities.fit(this.#history, liars, count);
    }
    const suggestions: SuggestedTrial[] = [];
    while (suggestions.length < count) {
      const suggestion = this.#suggest(isLearning);
      if (suggestion === undefined) break;
      if (isLearning) this.#densities.addLiar(this.#kernels.coordinatesOf(suggestion.point));
      suggestions.push(suggestion);
    }
    return { suggestions, exhausted: suggestions.length < count };
  }

  dump(): Json {
    return this.#ledger.next;
  }

  #suggest(isLearning: boolean): SuggestedTrial | undefined {
    const first = this.#ledger.initialPoint();
    const random = this.#ledger.stream(this.#name);
    const id = this.#ledger.next;
    const propose = (attempt: number) =>
      isLearning ? this.#propose(random.split(attempt), attempt) : this.#start.at(id, attempt, random);
    const point = first ?? this.#ledger.fresh(propose, random);
    if (point === undefined) return undefined;
    const origin =
      first !== undefined
        ? INITIAL_ORIGIN
        : isLearning
          ? `${this.#name}: the best of ${this.#settings.candidates} candidates from around the ${this.#densities.good} best trials`
          : `${this.#name}: an evenly spread starting point`;
    return { id: this.#ledger.take(point), point, origin };
  }

  /** The best of the candidates; a single draw when those were refused. */
  #propose(random: RandomStream, attempt: number): Point {
    const coordinates = new Float64Array(this.#kernels.axes.length);
    const draw = () => {
      this.#densities.draw(coordinates, random);
      return this.#kernels.settle(coordinates);
    };
    let best = draw();
    if (attempt > 0) return best;
    let most = Number.NEGATIVE_INFINITY;
    const wanted = Math.max(1, this.#settings.candidates);
    for (let drawn = 1, found = 0; ; drawn++) {
      const point = drawn === 1 ? best : draw();
      if (this.#ledger.isFresh(point)) {
        found++;
        const score = this.#densities.score(coordinates, most);
        if (score > most) [best, most] = [point, score];
      }
      if (found >= wanted || drawn >= DRAWS_PER_CANDIDATE * wanted) return best;
    }
  }
}
