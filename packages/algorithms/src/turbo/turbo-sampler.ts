import type { RandomStream } from "@qalam/numeric";
import { FunctionDraw } from "../gp/function-draw.ts";
import type { Observation } from "../gp/gp-history.ts";
import { type GpFit, GpModel } from "../gp/gp-model.ts";
import { type Guide, GuidedSearch } from "../gp/guided-search.ts";
import { defaultPrior } from "../gp/hyperparameters.ts";
import { LogExpectedImprovement } from "../gp/log-expected-improvement.ts";
import { maximizeAcquisition } from "../gp/maximize-acquisition.ts";
import { modelRows } from "../gp/model-rows.ts";
import { warpedLosses } from "../gp/output-transform.ts";
import type { Point } from "../parameter.ts";
import type { Answer, FinishedTrial, Json, PendingTrial, Sampler, SamplerOptions } from "../sampler.ts";
import { type CountedTrials, isCounted, NONE_COUNTED, withCounted } from "./counted-trials.ts";
import { regionBox, regionCandidates } from "./region-box.ts";
import { type RegionRules, type RegionState, TrustRegion } from "./trust-region.ts";

export interface TurboSettings {
  readonly rules: RegionRules;
  /** Trials of each region before its model takes over. */
  readonly startup: number;
  readonly acquisition: "EI" | "TS";
}

/** What the sampler keeps beside the trials. */
type State = {
  readonly next?: number;
  readonly fit?: GpFit | null;
  readonly region?: RegionState;
  /** Number of the region's first trial, null: all trials are of the region. */
  readonly first?: number | null;
  /** Number of the first trial that the region's model suggested, null: none yet. */
  readonly guided?: number | null;
  readonly counted?: CountedTrials;
};

/** Candidates of a draw by dimension, and at most (the paper has 5,000). */
const CANDIDATES = { perDimension: 100, most: 2000 };
/** Candidates that local searches start from. */
const SCREENED = 256;

/**
 * TuRBO-1 (Eriksson et al. 2019): a Gaussian process of the trials of one region, and a box around its best trial from which the next one comes. The box grows and shrinks
 * with success; when it has closed in, a new region begins from scratch.
 */
export class TurboSampler implements Sampler {
  readonly #search: GuidedSearch;
  readonly #settings: TurboSettings;
  readonly #guide: Guide;
  #region: TrustRegion;
  #model: GpModel;
  #first: number;
  #guided: number | undefined;
  #counted: CountedTrials;
  /** What the model of this ask was made from. */
  #observations: readonly Observation[] = [];
  #targets: Float64Array = new Float64Array(0);

  constructor(options: SamplerOptions, settings: TurboSettings) {
    const { next, fit, region, first, guided, counted = NONE_COUNTED } = (options.state ?? {}) as State;
    this.#search = new GuidedSearch(options, next);
    this.#settings = settings;
    this.#region = new TrustRegion(settings.rules, region);
    this.#model = this.#createModel(fit ?? undefined);
    this.#first = first ?? Number.NEGATIVE_INFINITY;
    this.#guided = guided ?? undefined;
    this.#counted = counted;
    this.#guide = {
      name: "turbo",
      startup: settings.startup,
      startOrigin: "turbo: start of a region",
      begin: () => this.#begin(),
      update: (pending) => this.#update(pending),
      propose: (random) => this.#propose(random),
      addPending: (row) => this.#model.posterior.addPending(row),
    };
  }

  tell(trials: readonly FinishedTrial[]): void {
    this.#search.tell(trials);
  }

  ask(count: number, pending: readonly PendingTrial[]): Answer {
    return this.#search.ask(count, pending, this.#guide);
  }

  dump(): Json {
    const { below, except } = this.#counted;
    return {
      next: this.#search.ledger.next,
      fit: this.#model.dump() as Json,
      region: this.#region.dump(),
      first: Number.isFinite(this.#first) ? this.#first : null,
      guided: this.#guided ?? null,
      counted: { below, except: [...except] },
    };
  }

  #createModel(fit?: GpFit): GpModel {
    const { features } = this.#search;
    return new GpModel(features, defaultPrior(features.dimension), fit);
  }

  /** Counts what has come in, and begins a new region where the old one has closed in. */
  #begin(): number {
    const guided = this.#guided;
    if (guided !== undefined) {
      const own = this.#own();
      const isNew = ({ id }: Observation) => id >= guided && !isCounted(this.#counted, id);
      const now = own.filter(isNew);
      const losses = (some: readonly Observation[]) => some.map((one) => one.losses[0] as number);
      if (now.length > 0) this.#region.count(losses(own.filter((one) => !isNew(one))), losses(now));
      this.#counted = withCounted(
        this.#counted,
        now.map(({ id }) => id),
      );
    }
    if (this.#region.isCollapsed) {
      this.#region = new TrustRegion(this.#settings.rules);
      this.#model = this.#createModel();
      this.#first = this.#search.ledger.next;
      this.#guided = undefined;
    }
    return this.#first;
  }

  /** Told trials of the region. */
  #own(): Observation[] {
    return this.#search.history.observations.filter(({ id }) => id >= this.#first);
  }

  #update(pending: readonly Float64Array[]): void {
    if (this.#guided === undefined) {
      this.#guided = this.#search.ledger.next;
      this.#counted = { below: this.#guided, except: [] };
    }
    const own = this.#own();
    const losses = warpedLosses(own.map((one) => one.losses[0] as number));
    const chosen = modelRows(losses);
    this.#observations = chosen.map((i) => own[i] as Observation);
    this.#targets = Float64Array.from(chosen, (i) => losses[i] as number);
    const rows = this.#observations.map(({ features }) => features);
    this.#model.update(rows, this.#targets, pending, own.length);
  }

  #propose(random: RandomStream): { point: Point; origin: string } | undefined {
    const { features: space } = this.#search;
    const { length } = this.#region;
    const { posterior } = this.#model;
    const means = posterior.fittedMeans().subarray(0, posterior.observed);
    const best = leastOf(means);
    const centre = (this.#observations[best] as Observation).features;
    const box = regionBox(space, centre, length, posterior.parameters);
    const isDrawn = this.#settings.acquisition === "TS";
    const count = isDrawn ? Math.min(CANDIDATES.most, CANDIDATES.perDimension * space.dimension) : SCREENED;
    const points = regionCandidates(space, box, centre, { length, count }, random.split("candidates"));
    const scored = maximizeAcquisition(
      isDrawn
        ? this.#draw(random.split("function"))
        : new LogExpectedImprovement(posterior, means[best] as number, random.split("fantasies")),
      space,
      points,
      isDrawn ? [] : [centre],
      this.#isAllowed,
      random,
      {
        // No gradient steps in a drawn function: its lowest point in the box is mostly chance, the more so the more dimensions there are.
        starts: isDrawn ? 1 : 4,
        iterations: isDrawn ? 0 : 30,
        within: box,
      },
    );
    const found = scored.find(({ features }) => this.#isAllowed(features));
    if (found === undefined) {
      this.#region.collapse();
      return undefined;
    }
    const by = isDrawn ? "highest of a drawn function" : "highest expected improvement";
    const origin = `turbo: ${by} in a region of length ${Number(length.toPrecision(3))}`;
    return { point: space.decode(found.features), origin };
  }

  #isAllowed = (features: Float64Array) => this.#search.ledger.isFresh(this.#search.features.decode(features));

  /** Thompson sampling: a function that may be the objective, by the model. */
  #draw(random: RandomStream): FunctionDraw {
    const rows = this.#observations.map(({ features }) => features);
    return new FunctionDraw(this.#search.features, this.#model.posterior, rows, this.#targets, random);
  }
}

/** Where the least value stands, the first of equals. */
function leastOf(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! < values[best]!) best = i;
  return best;
}
