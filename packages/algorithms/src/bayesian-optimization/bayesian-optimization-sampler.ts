import type { RandomStream } from "@qalam/numeric";
import { candidates } from "../gp/candidates.ts";
import type { GpFit } from "../gp/gp-model.ts";
import { DEFAULT_STARTUP } from "../gp/gp-sampler.ts";
import { type Guide, GuidedSearch } from "../gp/guided-search.ts";
import { maximizeAcquisition } from "../gp/maximize-acquisition.ts";
import { warpedLosses } from "../gp/output-transform.ts";
import type { Point } from "../parameter.ts";
import type { Answer, FinishedTrial, Json, PendingTrial, Sampler, SamplerOptions } from "../sampler.ts";
import { CRITERIA, type Criterion, type CriterionName, criterionOf } from "./criterion.ts";
import { ForestModel, type ForestName } from "./forest-model.ts";
import { GaussianProcessModel } from "./gaussian-process-model.ts";
import { Hedge } from "./hedge.ts";

/** Best points that candidates are sprayed around. */
const CENTRES = 5;

type State = { readonly next?: number; readonly gains?: readonly number[]; readonly fit?: GpFit | null };

/** A point that a criterion would try. */
interface Proposal {
  readonly features: Float64Array;
  readonly mean: number;
}

/** Sequential model-based optimisation with the models and criteria of scikit-optimize. */
export class BayesianOptimizationSampler implements Sampler {
  readonly #search: GuidedSearch;
  readonly #settings: Settings;
  readonly #model: GaussianProcessModel | ForestModel;
  readonly #hedge: Hedge;
  readonly #guide: Guide;
  /** Losses as the model sees them. */
  #targets: Float64Array = new Float64Array(0);

  constructor(options: SamplerOptions) {
    const { next, gains, fit } = (options.state ?? {}) as State;
    this.#search = new GuidedSearch(options, next);
    const { features, ledger } = this.#search;
    this.#settings = settingsOf(options.settings);
    const { estimator, initialPoints } = this.#settings;
    this.#model =
      estimator === "GP"
        ? new GaussianProcessModel(features, fit ?? undefined)
        : new ForestModel(estimator, features, () => ledger.stream("forest"));
    this.#hedge = new Hedge(gains);
    this.#guide = {
      name: "bayesianoptimization",
      startup: initialPoints,
      startOrigin: "bayesianoptimization: initial point",
      update: (pending) => this.#update(pending),
      propose: (random) => this.#propose(random),
      addPending: (row) => this.#model.addPending(row),
    };
  }

  tell(trials: readonly FinishedTrial[]): void {
    this.#search.tell(trials);
  }

  ask(count: number, pending: readonly PendingTrial[]): Answer {
    return this.#search.ask(count, pending, this.#guide);
  }

  dump(): Json {
    return {
      next: this.#search.ledger.next,
      ...(this.#settings.criterion === "gp_hedge" && { gains: this.#hedge.dump() }),
      ...(this.#model instanceof GaussianProcessModel && { fit: this.#model.dump() as Json }),
    };
  }

  #update(pending: readonly Float64Array[]): void {
    const { observations } = this.#search.history;
    this.#targets = warpedLosses(observations.map(({ losses }) => losses[0] as number));
    this.#model.update(
      observations.map(({ features }) => features),
      this.#targets,
      pending,
    );
  }

  #propose(random: RandomStream): { point: Point; origin: string } | undefined {
    const { criterion, estimator } = this.#settings;
    const names = criterion === "gp_hedge" ? CRITERIA : [criterion];
    const proposals = this.#maxima(names, random);
    const [only] = proposals;
    const suggest = ({ features }: Proposal, by: string) => ({
      point: this.#search.features.decode(features),
      origin: `bayesianoptimization: ${estimator}, ${by}`,
    });
    if (only === undefined || names.length === 1) return only && suggest(only, criterion);
    const chosen = this.#hedge.choose(
      proposals.map(({ mean }) => mean),
      random.split("hedge"),
    );
    return suggest(proposals[CRITERIA.indexOf(chosen)] as Proposal, `${chosen} by gp_hedge`);
  }

  /** For each criterion the allowed point where it is highest; empty when nothing is allowed. */
  #maxima(names: readonly CriterionName[], random: RandomStream): Proposal[] {
    const { observations } = this.#search.history;
    const order = observations
      .map((_, i) => i)
      .sort((a, b) => (this.#targets[a] as number) - (this.#targets[b] as number) || a - b);
    const centres = order.slice(0, CENTRES).map((i) => observations[i]?.features as Float64Array);
    const criteria = names.map((name) => criterionOf(name, this.#targets[order[0] as number] as number));
    const model = this.#model;
    const counts = screeningCounts(observations.length, model instanceof GaussianProcessModel);
    const points = candidates(this.#search.features, centres, counts, random.split("candidates"));
    const features =
      model instanceof GaussianProcessModel && this.#settings.optimizer !== "sampling"
        ? criteria.map((criterion) => this.#climb(model, criterion, points, centres, random))
        : this.#best(criteria, points);
    return features.flatMap((one) =>
      one === undefined ? [] : [{ features: one, mean: model.predict(one, 1).means[0] as number }],
    );
  }

  #isAllowed = (features: Float64Array) => this.#search.ledger.isFresh(this.#search.features.decode(features));

  #climb(
    model: GaussianProcessModel,
    criterion: Criterion,
    points: readonly Float64Array[],
    centres: readonly Float64Array[],
    random: RandomStream,
  ): Float64Array | undefined {
    const n = this.#search.history.observations.length;
    const scored = maximizeAcquisition(
      model.acquisition(criterion),
      this.#search.features,
      points,
      centres.slice(0, 1),
      this.#isAllowed,
      random,
      { starts: n < 60 ? 8 : n < 150 ? 5 : 4, iterations: 30 },
    );
    return scored.find(({ features }) => this.#isAllowed(features))?.features;
  }

  /** The allowed candidate that each criterion likes best; all are predicted once. */
  #best(criteria: readonly Criterion[], points: readonly Float64Array[]): (Float64Array | undefined)[] {
    const allowed = points.filter(this.#isAllowed);
    const d = this.#search.features.dimension;
    const xs = new Float64Array(allowed.length * d);
    allowed.forEach((point, c) => {
      xs.set(point, c * d);
    });
    const { means, deviations } = this.#model.predict(xs, allowed.length);
    return criteria.map((criterion) => {
      let best: number | undefined;
      let most = Number.NEGATIVE_INFINITY;
      for (let c = 0; c < allowed.length; c++) {
        const value = criterion.value(means[c] as number, deviations[c] as number);
        if (!(value > most)) continue;
        most = value;
        best = c;
      }
      return best === undefined ? undefined : allowed[best];
    });
  }
}

/** Predictions of a Gaussian process cost n² each, those of trees hardly depend on n. */
function screeningCounts(n: number, isCostly: boolean): { global: number; local: number } {
  const global = isCostly ? Math.round(Math.min(1024, Math.max(128, 4e6 / (n * n)))) : 512;
  return { global, local: Math.round(global / (isCostly ? 4 : 1)) };
}

interface Settings {
  readonly estimator: "GP" | ForestName;
  readonly criterion: CriterionName | "gp_hedge";
  readonly optimizer: string;
  readonly initialPoints: number;
}

function settingsOf(settings: SamplerOptions["settings"]): Settings {
  // Algorithms see no clock: without durations EIps and PIps are EI and PI.
  const criterion = (settings.acq_func ?? "gp_hedge").replace(/ps$/, "");
  return {
    estimator: (settings.base_estimator ?? "GP") as Settings["estimator"],
    criterion: criterion as Settings["criterion"],
    optimizer: settings.acq_optimizer ?? "auto",
    initialPoints: Number(settings.n_initial_points ?? DEFAULT_STARTUP),
  };
}
