import type { RandomStream } from "@qalam/numeric";
import { nonDominatedRanks } from "../multi-objective/non-dominated-ranks.ts";
import type { Point } from "../parameter.ts";
import type { Answer, FinishedTrial, Json, PendingTrial, Sampler, SamplerOptions } from "../sampler.ts";
import { sumOf } from "./acquisition.ts";
import { candidates } from "./candidates.ts";
import type { Observation } from "./gp-history.ts";
import { type GpFit, GpModel } from "./gp-model.ts";
import { type Guide, GuidedSearch } from "./guided-search.ts";
import { defaultPrior } from "./hyperparameters.ts";
import { type Aim, Incumbent } from "./incumbent.ts";
import { LogFeasibility } from "./log-feasibility.ts";
import { type MaximizerEffort, maximizeAcquisition } from "./maximize-acquisition.ts";
import { modelRows } from "./model-rows.ts";
import { cappedLosses, warpedConstraint, warpedLosses } from "./output-transform.ts";
import type { Posterior } from "./posterior.ts";
import { TradeOffs } from "./trade-offs.ts";

/** Trials before the model takes over, unless set. */
export const DEFAULT_STARTUP = 4;
/**
 * Every second suggestion is to improve by this much, in deviations of the losses: it looks further around, where the others close in on the best point so far. Found
 * by measurement (docs/reference/benchmarks/search-quality.md).
 */
const MARGIN = 0.05;
/** Results before that: with fewer the model is unsure enough to look around anyway. */
const MARGIN_FROM = 20;
/** Best points that candidates are sprayed around. */
const CENTRES = 5;

/** What the sampler keeps beside the trials. */
type State = { readonly next?: number; readonly fits?: readonly (GpFit | null)[] };

/**
 * Bayesian optimisation with Gaussian processes: one for each objective and outcome constraint; logarithmic expected improvement, of the hypervolume when there are
 * several objectives, times the probability of feasibility; trials under way as draws of their outcomes.
 */
export class GpSampler implements Sampler {
  readonly #search: GuidedSearch;
  readonly #objectives: readonly GpModel[];
  readonly #constraints: readonly GpModel[];
  readonly #guide: Guide;
  readonly #origin: string;
  /** Trials that the models of this ask are made from. */
  #observations: readonly Observation[] = [];
  /** Their losses as the models see them, by objective. */
  #losses: readonly Float64Array[] = [];

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
    this.#origin = `gp: highest expected improvement${options.directions.length > 1 ? " of the hypervolume" : ""}`;
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
    const transformed = this.#objectives.length > 1 ? cappedLosses : warpedLosses;
    const losses = this.#objectives.map((_, m) => transformed(observations.map((one) => one.losses[m] as number)));
    const violations = this.#constraints.map((_, c) =>
      warpedConstraint(observations.map((one) => one.constraints[c] as number)),
    );
    const chosen = modelRows(
      meritsOf(losses).map((merit, i) => merit + (observations[i]?.isFeasible === true ? 0 : 1e6)),
    );
    this.#observations = chosen.map((i) => observations[i] as Observation);
    const rows = this.#observations.map(({ features }) => features);
    const targets = [...losses, ...violations].map((values) => Float64Array.from(chosen, (i) => values[i] as number));
    this.#losses = targets.slice(0, losses.length);
    this.#models().forEach((model, m) => {
      model.update(rows, targets[m] as Float64Array, pending, observations.length);
    });
  }

  /** The allowed point of highest acquisition, if any. */
  #propose(random: RandomStream): { point: Point; origin: string } | undefined {
    const { ledger, features: space } = this.#search;
    const isAllowed = (features: Float64Array) => ledger.isFresh(space.decode(features));
    const aim = this.#aim();
    const centres = aim.best(CENTRES).map((i) => this.#observations[i]?.features as Float64Array);
    const n = this.#observations.length;
    const improvement = aim.improvement(
      random.split("fantasies"),
      n >= MARGIN_FROM && ledger.next % 2 === 0 ? MARGIN : 0,
    );
    const feasibility = this.#constraints.map(({ posterior }) => new LogFeasibility(posterior, 0));
    const scored = maximizeAcquisition(
      sumOf(improvement === undefined ? feasibility : [improvement, ...feasibility]),
      space,
      candidates(space, centres, screeningCounts(n, this.#objectives.length), random),
      centres.slice(0, this.#objectives.length),
      isAllowed,
      random,
      effortFor(n, this.#objectives.length),
    );
    const found = scored.find(({ features }) => isAllowed(features));
    return found && { point: space.decode(found.features), origin: this.#origin };
  }

  #aim(): Aim {
    const isFeasible = this.#observations.map((one) => one.isFeasible);
    const [first, ...others] = this.#objectives.map(({ posterior }) => posterior);
    return others.length === 0 || !isFeasible.includes(true)
      ? new Incumbent(first as Posterior, isFeasible)
      : new TradeOffs([first as Posterior, ...others], this.#losses, isFeasible);
  }
}

/** What trials are ranked by when the models cannot hold all: the loss, or how many fronts are better. @param losses by objective */
function meritsOf(losses: readonly Float64Array[]): Float64Array {
  const [first = new Float64Array(0), ...others] = losses;
  if (others.length === 0) return first;
  return Float64Array.from(nonDominatedRanks(Array.from(first, (_, i) => losses.map((values) => values[i] as number))));
}

/** Each candidate costs n² operations for each objective, so there are fewer of them the more there are. */
function screeningCounts(n: number, objectives: number): { global: number; local: number } {
  const global = Math.round(Math.min(1024, Math.max(128, 4e6 / (n * n))) / objectives);
  return { global, local: Math.round(global / 4) };
}

function effortFor(n: number, objectives: number): MaximizerEffort {
  return { starts: n < 60 && objectives === 1 ? 8 : n < 150 ? 5 : 4, iterations: 30 };
}
