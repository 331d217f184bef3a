import type { RandomStream } from "@qalam/numeric";
import type { Point } from "../parameter.ts";
import type { Answer, FinishedTrial, Json, PendingTrial, Sampler, SamplerOptions } from "../sampler.ts";
import { type Acquisition, sumOf } from "./acquisition.ts";
import { candidates } from "./candidates.ts";
import type { Observation } from "./gp-history.ts";
import { type GpFit, GpModel } from "./gp-model.ts";
import { type Guide, GuidedSearch } from "./guided-search.ts";
import { defaultPrior } from "./hyperparameters.ts";
import { LogExpectedImprovement } from "./log-expected-improvement.ts";
import { LogFeasibility } from "./log-feasibility.ts";
import { type MaximizerEffort, maximizeAcquisition } from "./maximize-acquisition.ts";
import { modelRows } from "./model-rows.ts";
import { warpedConstraint, warpedLosses } from "./output-transform.ts";

/** Trials before the model takes over, unless set. */
export const DEFAULT_STARTUP = 6;
/** Best points that candidates are sprayed around. */
const CENTRES = 5;

/** What the sampler keeps beside the trials. */
type State = { readonly next?: number; readonly fits?: readonly (GpFit | null)[] };

/**
 * Bayesian optimisation with Gaussian processes: one for each objective and outcome constraint, logarithmic expected improvement times the probability of
 * feasibility, trials under way as draws of their outcomes.
 */
export class GpSampler implements Sampler {
  readonly #search: GuidedSearch;
  readonly #objectives: readonly GpModel[];
  readonly #constraints: readonly GpModel[];
  readonly #guide: Guide;
  /** Trials that the models of this ask are made from. */
  #observations: readonly Observation[] = [];

  constructor(options: SamplerOptions) {
    const { next, fits = [] } = (options.state ?? {}) as State;
    this.#search = new GuidedSearch(options, next);
    const { features } = this.#search;
    const prior = defaultPrior(features.dimension);
    const models = Array.from(
      { length: options.directions.length + (options.constraints ?? 0) },
      (_, m) => new GpModel(features, prior, fits[m] ?? undefined),
    );
    this.#objectives = models.slice(0, options.directions.length);
    this.#constraints = models.slice(options.directions.length);
    this.#guide = {
      name: "gp",
      startup: Number(options.settings.n_startup_trials ?? DEFAULT_STARTUP),
      startOrigin: "gp: start design",
      update: (pending) => this.#update(pending),
      propose: (random) => this.#propose(random),
      addPending: (row) => {
        for (const { posterior } of this.#models()) posterior.addPending(row);
      },
    };
  }

  tell(trials: readonly FinishedTrial[]): void {
    this.#search.tell(trials);
  }

  ask(count: number, pending: readonly PendingTrial[]): Answer {
    return this.#search.ask(count, pending, this.#guide);
  }

  dump(): Json {
    const fits = this.#models().map((model) => model.dump()) as Json[];
    return { next: this.#search.ledger.next, ...(fits.some((fit) => fit !== null) && { fits }) };
  }

  #models(): readonly GpModel[] {
    return [...this.#objectives, ...this.#constraints];
  }

  #update(pending: readonly Float64Array[]): void {
    const { observations } = this.#search.history;
    const losses = this.#objectives.map((_, m) => warpedLosses(observations.map((one) => one.losses[m] as number)));
    const violations = this.#constraints.map((_, c) =>
      warpedConstraint(observations.map((one) => one.constraints[c] as number)),
    );
    const chosen = modelRows(
      Float64Array.from(losses[0] ?? [], (loss, i) => loss + (observations[i]?.isFeasible === true ? 0 : 1e3)),
    );
    this.#observations = chosen.map((i) => observations[i] as Observation);
    const rows = this.#observations.map(({ features }) => features);
    this.#models().forEach((model, m) => {
      const targets = [...losses, ...violations][m] as Float64Array;
      model.update(
        rows,
        Float64Array.from(chosen, (i) => targets[i] as number),
        pending,
        observations.length,
      );
    });
  }

  /** The allowed point of highest acquisition, if any. */
  #propose(random: RandomStream): { point: Point; origin: string } | undefined {
    const { ledger, features: space } = this.#search;
    const observations = this.#observations;
    const isAllowed = (features: Float64Array) => ledger.isFresh(space.decode(features));
    const centres = this.#best(CENTRES).map((i) => observations[i]?.features as Float64Array);
    const n = observations.length;
    const scored = maximizeAcquisition(
      this.#acquisition(random.split("fantasies")),
      space,
      candidates(space, centres, screeningCounts(n), random),
      centres.slice(0, 1),
      isAllowed,
      random,
      effortFor(n),
    );
    const found = scored.find(({ features }) => isAllowed(features));
    return found && { point: space.decode(found.features), origin: "gp: highest expected improvement" };
  }

  #acquisition(random: RandomStream): Acquisition {
    const feasibility = this.#constraints.map(({ posterior }) => new LogFeasibility(posterior, 0));
    const observations = this.#observations;
    const [objective] = this.#objectives;
    // Until something is feasible, feasibility alone counts.
    if (objective === undefined || !observations.some(({ isFeasible }) => isFeasible)) return sumOf(feasibility);
    const fitted = objective.posterior.fittedMeans();
    let best = Number.POSITIVE_INFINITY;
    observations.forEach(({ isFeasible }, i) => {
      if (isFeasible) best = Math.min(best, fitted[i] as number);
    });
    return sumOf([new LogExpectedImprovement(objective.posterior, best, random), ...feasibility]);
  }

  /** Indices of the best observations: feasible ones first, by the model's mean. */
  #best(count: number): number[] {
    const observations = this.#observations;
    const fitted = this.#objectives[0]?.posterior.fittedMeans() ?? [];
    const rank = (i: number) => (observations[i]?.isFeasible === true ? 0 : 1);
    return observations
      .map((_, i) => i)
      .sort((a, b) => rank(a) - rank(b) || (fitted[a] as number) - (fitted[b] as number) || a - b)
      .slice(0, count);
  }
}

/** Each candidate costs n² operations, so there are fewer of them the more rows there are. */
function screeningCounts(n: number): { global: number; local: number } {
  const global = Math.round(Math.min(1024, Math.max(128, 4e6 / (n * n))));
  return { global, local: Math.round(global / 4) };
}

function effortFor(n: number): MaximizerEffort {
  return { starts: n < 60 ? 8 : n < 150 ? 5 : 4, iterations: 30 };
}
