import type { RandomStream } from "@qalam/numeric";
import { Ledger } from "../ledger.ts";
import type { Point } from "../parameter.ts";
import { INITIAL_ORIGIN } from "../pointwise-sampler.ts";
import type { Answer, FinishedTrial, PendingTrial, SamplerOptions, SuggestedTrial } from "../sampler.ts";
import { seedOf } from "../settings.ts";
import { StartingPoints } from "../starting-points.ts";
import { FeatureSpace } from "./feature-space.ts";
import { GpHistory } from "./gp-history.ts";

/** The model of a search, and what it finds promising. */
export interface Guide {
  /** Names the streams of random numbers. */
  readonly name: string;
  /** Trials handed out before the model takes over. */
  readonly startup: number;
  /** Origin of those. */
  readonly startOrigin: string;
  /** An ask begins. @returns number of the first trial that counts as start design, absent: all do */
  begin?(): number | undefined;
  /** Fits the model to the history, once per ask. @param pending features of points under way */
  update(pending: readonly Float64Array[]): void;
  /** The most promising allowed point, if any. */
  propose(random: RandomStream): { readonly point: Point; readonly origin: string } | undefined;
  /** A point of this ask is under way too. */
  addPending(features: Float64Array): void;
}

/** What all searches with a model share: points to try first, a start design, then what the guide proposes. */
export class GuidedSearch {
  readonly ledger: Ledger;
  readonly features: FeatureSpace;
  readonly history: GpHistory;
  readonly #start: StartingPoints;

  /** @param next number of the next suggestion, from an earlier instance */
  constructor(options: SamplerOptions, next = options.firstId) {
    const seed = seedOf(options);
    this.ledger = new Ledger(options.space, seed, options.initialPoints, next);
    this.features = new FeatureSpace(options.space);
    this.history = new GpHistory(this.features, options);
    this.#start = new StartingPoints(options, seed, "gp");
  }

  tell(trials: readonly FinishedTrial[]): void {
    this.ledger.tell(trials);
    this.history.tell(trials);
  }

  ask(count: number, pending: readonly PendingTrial[], guide: Guide): Answer {
    this.ledger.begin(pending);
    const since = guide.begin?.() ?? Number.NEGATIVE_INFINITY;
    let counted = pending.filter(({ id }) => id >= since).length;
    const underWay = [...pending].sort((a, b) => a.id - b.id).map(({ point }) => this.features.encode(point));
    const suggestions: SuggestedTrial[] = [];
    let isFitted = false;
    while (suggestions.length < count) {
      const random = this.ledger.stream(guide.name);
      const first = this.ledger.initialPoint();
      if (first === undefined && !isFitted && this.#hasEnough(since, counted, guide.startup)) {
        guide.update(underWay);
        isFitted = true;
      }
      const suggested =
        first !== undefined
          ? { point: first, origin: INITIAL_ORIGIN }
          : ((isFitted ? guide.propose(random) : undefined) ?? this.#startPoint(random, guide.startOrigin));
      if (suggested === undefined) break;
      const features = this.features.encode(suggested.point);
      underWay.push(features);
      counted++;
      if (isFitted) guide.addPending(features);
      suggestions.push({ id: this.ledger.take(suggested.point), ...suggested });
    }
    return { suggestions, exhausted: suggestions.length < count };
  }

  /** Results to fit to, and a start design handed out. @param since first trial that counts @param pending how many such are under way */
  #hasEnough(since: number, pending: number, startup: number): boolean {
    if (this.features.dimension === 0) return false;
    const observations = this.history.observations.filter(({ id }) => id >= since);
    const measured = observations.filter(({ losses }) => losses.every(Number.isFinite)).length;
    return measured >= 2 && observations.length + pending >= startup;
  }

  #startPoint(random: RandomStream, origin: string): { point: Point; origin: string } | undefined {
    const id = this.ledger.next;
    const point = this.ledger.fresh((attempt) => this.#start.at(id, attempt, random), random);
    return point && { point, origin };
  }
}
