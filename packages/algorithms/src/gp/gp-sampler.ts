import type { RandomStream } from "@qalam/numeric";
import { Ledger } from "../ledger.ts";
import type { Point } from "../parameter.ts";
import { INITIAL_ORIGIN } from "../pointwise-sampler.ts";
import type { Answer, FinishedTrial, Json, PendingTrial, Sampler, SamplerOptions, SuggestedTrial } from "../sampler.ts";
import { seedOf } from "../settings.ts";
import { type Acquisition, sumOf } from "./acquisition.ts";
import { candidates } from "./candidates.ts";
import { FeatureSpace } from "./feature-space.ts";
import { GpHistory } from "./gp-history.ts";
import { type GpFit, GpModel } from "./gp-model.ts";
import { defaultPrior } from "./hyperparameters.ts";
import { LogExpectedImprovement } from "./log-expected-improvement.ts";
import { LogFeasibility } from "./log-feasibility.ts";
import { type MaximizerEffort, maximizeAcquisition } from "./maximize-acquisition.ts";
import { warpedConstraint, warpedLosses } from "./output-transform.ts";
import { StartDesign } from "./start-design.ts";

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
  readonly #ledger: Ledger;
  readonly #features: FeatureSpace;
  readonly #history: GpHistory;
  readonly #start: StartDesign;
  readonly #startup: number;
  readonly #objectives: readonly GpModel[];
  readonly #constraints: readonly GpModel[];

  constructor(options: SamplerOptions) {
    const { next = options.firstId, fits = [] } = (options.state ?? {}) as State;
    const seed = seedOf(options);
    this.#ledger = new Ledger(options.space, seed, options.initialPoints, next);
    this.#features = new FeatureSpace(options.space);
    this.#history = new GpHistory(this.#features, options);
    this.#start = new StartDesign(options.space, seed);
    this.#startup = Number(options.settings.n_startup_trials ?? DEFAULT_STARTUP);
    const prior = defaultPrior(this.#features.dimension);
    const models = Array.from(
      { length: options.directions.length + (options.constraints ?? 0) },
      (_, m) => new GpModel(this.#features, prior, fits[m] ?? undefined),
    );
    this.#objectives = models.slice(0, options.directions.length);
    this.#constraints = models.slice(options.directions.length);
  }

  tell(trials: readonly FinishedTrial[]): void {
    this.#ledger.tell(trials);
    this.#history.tell(trials);
  }

  ask(count: number, pending: readonly PendingTrial[]): Answer {
    this.#ledger.begin(pending);
    const underWay = [...pending].sort((a, b) => a.id - b.id).map(({ point }) => this.#features.encode(point));
    const suggestions: SuggestedTrial[] = [];
    let isFitted = false;
    while (suggestions.length < count) {
      const random = this.#ledger.stream("gp");
      let point = this.#ledger.initialPoint();
      let origin = INITIAL_ORIGIN;
      if (point === undefined && this.#hasEnough(underWay.length)) {
        if (!isFitted) this.#update(underWay);
        isFitted = true;
        point = this.#propose(random);
        origin = "gp: highest expected improvement";
      }
      if (point === undefined) {
        const id = this.#ledger.next;
        point = this.#ledger.fresh((attempt) => this.#start.point(id, attempt, random), random);
        origin = "gp: start design";
      }
      if (point === undefined) break;
      const features = this.#features.encode(point);
      underWay.push(features);
      if (isFitted) for (const { posterior } of this.#models()) posterior.addPending(features);
      suggestions.push({ id: this.#ledger.take(point), point, origin });
    }
    return { suggestions, exhausted: suggestions.length < count };
  }

  dump(): Json {
    const fits = this.#models().map((model) => model.dump()) as Json[];
    return { next: this.#ledger.next, ...(fits.some((fit) => fit !== null) && { fits }) };
  }

  #models(): readonly GpModel[] {
    return [...this.#objectives, ...this.#constraints];
  }

  /** Results to fit to, and a start design handed out. */
  #hasEnough(pending: number): boolean {
    if (this.#features.dimension === 0) return false;
    const { observations } = this.#history;
    const measured = observations.filter(({ losses }) => losses.every(Number.isFinite)).length;
    return measured >= 2 && observations.length + pending >= this.#startup;
  }

  #update(pending: readonly Float64Array[]): void {
    const { observations } = this.#history;
    const rows = observations.map(({ features }) => features);
    this.#objectives.forEach((model, m) => {
      model.update(rows, warpedLosses(observations.map(({ losses }) => losses[m] as number)), pending);
    });
    this.#constraints.forEach((model, c) => {
      model.update(rows, warpedConstraint(observations.map(({ constraints }) => constraints[c] as number)), pending);
    });
  }

  /** The allowed point of highest acquisition, if any. */
  #propose(random: RandomStream): Point | undefined {
    const { observations } = this.#history;
    const isAllowed = (features: Float64Array) => this.#ledger.isFresh(this.#features.decode(features));
    const centres = this.#best(CENTRES).map((i) => observations[i]?.features as Float64Array);
    const n = observations.length;
    const scored = maximizeAcquisition(
      this.#acquisition(random.split("fantasies")),
      this.#features,
      candidates(this.#features, centres, screeningCounts(n), random),
      centres.slice(0, 1),
      isAllowed,
      random,
      effortFor(n),
    );
    const found = scored.find(({ features }) => isAllowed(features));
    return found === undefined ? undefined : this.#features.decode(found.features);
  }

  #acquisition(random: RandomStream): Acquisition {
    const feasibility = this.#constraints.map(({ posterior }) => new LogFeasibility(posterior, 0));
    const { observations } = this.#history;
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
    const { observations } = this.#history;
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
