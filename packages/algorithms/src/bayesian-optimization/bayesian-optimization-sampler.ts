import type { RandomStream } from "@qalam/numeric";
import { candidates } from "../gp/candidates.ts";
import { FeatureSpace } from "../gp/feature-space.ts";
import { GpHistory } from "../gp/gp-history.ts";
import type { GpFit } from "../gp/gp-model.ts";
import { maximizeAcquisition } from "../gp/maximize-acquisition.ts";
import { warpedLosses } from "../gp/output-transform.ts";
import { StartDesign } from "../gp/start-design.ts";
import { Ledger } from "../ledger.ts";
import { INITIAL_ORIGIN } from "../pointwise-sampler.ts";
import type { Answer, FinishedTrial, Json, PendingTrial, Sampler, SamplerOptions, SuggestedTrial } from "../sampler.ts";
import { seedOf } from "../settings.ts";
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
  readonly #ledger: Ledger;
  readonly #features: FeatureSpace;
  readonly #history: GpHistory;
  readonly #start: StartDesign;
  readonly #settings: Settings;
  readonly #model: GaussianProcessModel | ForestModel;
  readonly #hedge: Hedge;
  /** Losses as the model sees them. */
  #targets: Float64Array = new Float64Array(0);

  constructor(options: SamplerOptions) {
    const { next, gains, fit } = (options.state ?? {}) as State;
    const seed = seedOf(options);
    this.#ledger = new Ledger(options.space, seed, options.initialPoints, next);
    this.#features = new FeatureSpace(options.space);
    this.#history = new GpHistory(this.#features, options);
    this.#start = new StartDesign(options.space, seed);
    this.#settings = settingsOf(options.settings);
    const { estimator } = this.#settings;
    this.#model =
      estimator === "GP"
        ? new GaussianProcessModel(this.#features, fit ?? undefined)
        : new ForestModel(estimator, this.#features, () => this.#ledger.stream("forest"));
    this.#hedge = new Hedge(gains);
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
      const random = this.#ledger.stream("bayesianoptimization");
      let point = this.#ledger.initialPoint();
      let origin = INITIAL_ORIGIN;
      if (point === undefined && this.#hasEnough(underWay.length)) {
        if (!isFitted) this.#update(underWay);
        isFitted = true;
        const proposed = this.#propose(random);
        point = proposed?.features && this.#features.decode(proposed.features);
        origin = `bayesianoptimization: ${this.#settings.estimator}, ${proposed?.criterion}`;
      }
      if (point === undefined) {
        const id = this.#ledger.next;
        point = this.#ledger.fresh((attempt) => this.#start.point(id, attempt, random), random);
        origin = "bayesianoptimization: initial point";
      }
      if (point === undefined) break;
      const features = this.#features.encode(point);
      underWay.push(features);
      if (isFitted) this.#model.addPending(features);
      suggestions.push({ id: this.#ledger.take(point), point, origin });
    }
    return { suggestions, exhausted: suggestions.length < count };
  }

  dump(): Json {
    return {
      next: this.#ledger.next,
      ...(this.#settings.criterion === "gp_hedge" && { gains: this.#hedge.dump() }),
      ...(this.#model instanceof GaussianProcessModel && { fit: this.#model.dump() as Json }),
    };
  }

  /** Results to fit to, and the initial points handed out. */
  #hasEnough(pending: number): boolean {
    if (this.#features.dimension === 0) return false;
    const { observations } = this.#history;
    const measured = observations.filter(({ losses }) => losses.every(Number.isFinite)).length;
    return measured >= 2 && observations.length + pending >= this.#settings.initialPoints;
  }

  #update(pending: readonly Float64Array[]): void {
    const { observations } = this.#history;
    this.#targets = warpedLosses(observations.map(({ losses }) => losses[0] as number));
    this.#model.update(
      observations.map(({ features }) => features),
      this.#targets,
      pending,
    );
  }

  #propose(random: RandomStream): { features: Float64Array; criterion: string } | undefined {
    const { criterion } = this.#settings;
    const names = criterion === "gp_hedge" ? CRITERIA : [criterion];
    const proposals = this.#maxima(names, random);
    const [only] = proposals;
    if (only === undefined || names.length === 1) return only && { features: only.features, criterion };
    const chosen = this.#hedge.choose(
      proposals.map(({ mean }) => mean),
      random.split("hedge"),
    );
    const { features } = proposals[CRITERIA.indexOf(chosen)] as Proposal;
    return { features, criterion: `${chosen} by gp_hedge` };
  }

  /** For each criterion the allowed point where it is highest; empty when nothing is allowed. */
  #maxima(names: readonly CriterionName[], random: RandomStream): Proposal[] {
    const { observations } = this.#history;
    const order = observations
      .map((_, i) => i)
      .sort((a, b) => (this.#targets[a] as number) - (this.#targets[b] as number) || a - b);
    const centres = order.slice(0, CENTRES).map((i) => observations[i]?.features as Float64Array);
    const criteria = names.map((name) => criterionOf(name, this.#targets[order[0] as number] as number));
    const model = this.#model;
    const counts = screeningCounts(observations.length, model instanceof GaussianProcessModel);
    const points = candidates(this.#features, centres, counts, random.split("candidates"));
    const features =
      model instanceof GaussianProcessModel && this.#settings.optimizer !== "sampling"
        ? criteria.map((criterion) => this.#climb(model, criterion, points, centres, random))
        : this.#best(criteria, points);
    return features.flatMap((one) =>
      one === undefined ? [] : [{ features: one, mean: model.predict(one, 1).means[0] as number }],
    );
  }

  #isAllowed = (features: Float64Array) => this.#ledger.isFresh(this.#features.decode(features));

  #climb(
    model: GaussianProcessModel,
    criterion: Criterion,
    points: readonly Float64Array[],
    centres: readonly Float64Array[],
    random: RandomStream,
  ): Float64Array | undefined {
    const n = this.#history.observations.length;
    const scored = maximizeAcquisition(
      model.acquisition(criterion),
      this.#features,
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
    const d = this.#features.dimension;
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
    initialPoints: Number(settings.n_initial_points ?? 10),
  };
}
