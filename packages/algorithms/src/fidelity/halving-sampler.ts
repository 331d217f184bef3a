import { algorithmLabel } from "../algorithm-label.ts";
import { Ledger } from "../ledger.ts";
import type { Point } from "../parameter.ts";
import { INITIAL_ORIGIN } from "../pointwise-sampler.ts";
import { isFeasible, lossOf } from "../rank-trials.ts";
import type { Answer, FinishedTrial, Json, PendingTrial, Sampler, SamplerOptions, SuggestedTrial } from "../sampler.ts";
import { seedOf } from "../settings.ts";
import { Bracket, type BracketPlan } from "./bracket.ts";
import type { ConfigurationSource } from "./configuration-source.ts";
import type { Fidelity } from "./fidelity-settings.ts";

/** What makes one algorithm of this family. */
export interface HalvingPlan {
  /** The algorithm, for labels and origins. */
  readonly name: string;
  readonly fidelity: Fidelity;
  /** The brackets in order; undefined: there are no more. */
  bracket(index: number): BracketPlan | undefined;
  readonly source: ConfigurationSource;
}

/**
 * Successive halving in one or many brackets. A free worker gets the promotion that is due in the oldest bracket, else a new configuration for the first bracket
 * that is not full: nobody waits for a rung to fill. Brackets and rungs are read off the trials' labels, so only the next number is stored.
 */
export class HalvingSampler implements Sampler {
  readonly #plan: HalvingPlan;
  readonly #direction: SamplerOptions["directions"][number] | undefined;
  /** Of configurations, without the resource. */
  readonly #ledger: Ledger;
  readonly #brackets: Bracket[] = [];
  readonly #told = new Set<number>();
  readonly #labels: { readonly bracket: string; readonly rung: string };
  #open: PendingTrial[] = [];
  /** Brackets before this one are over for good. */
  #first = 0;

  constructor(options: SamplerOptions, plan: HalvingPlan) {
    const { configurations, configurationOf } = plan.fidelity.resources;
    this.#plan = plan;
    this.#direction = options.directions[0];
    const next = typeof options.state === "number" ? options.state : 0;
    const initial = (options.initialPoints ?? []).map(configurationOf);
    this.#ledger = new Ledger(configurations, seedOf(options), initial, next);
    this.#labels = { bracket: algorithmLabel(plan.name, "bracket"), rung: algorithmLabel(plan.name, "rung") };
  }

  tell(trials: readonly FinishedTrial[]): void {
    const fresh = trials.filter(({ id }) => !this.#told.has(id));
    this.#ledger.tell(fresh.map(this.#configured));
    for (const trial of fresh) {
      this.#told.add(trial.id);
      this.#learn(trial);
    }
  }

  ask(count: number, pending: readonly PendingTrial[]): Answer {
    const configured = pending.map(this.#configured);
    this.#ledger.begin(configured);
    this.#open = [...pending];
    this.#plan.source.begin?.();
    for (const bracket of this.#brackets) bracket.begin();
    for (const trial of configured) this.#start(trial);
    const suggestions: SuggestedTrial[] = [];
    let isClosed = false;
    while (suggestions.length < count) {
      let suggestion = this.#promotion(isClosed) ?? (isClosed ? undefined : this.#newcomer());
      if (suggestion === undefined && !isClosed) {
        isClosed = true;
        suggestion = this.#promotion(isClosed);
      }
      if (suggestion === undefined) break;
      suggestions.push(suggestion);
    }
    return { suggestions, exhausted: isClosed && this.#open.length === 0 };
  }

  dump(): Json {
    return this.#ledger.next;
  }

  /** The trial with its configuration for its point. */
  readonly #configured = <T extends PendingTrial>(trial: T): T => ({
    ...trial,
    point: this.#plan.fidelity.resources.configurationOf(trial.point),
  });

  #learn(trial: FinishedTrial): void {
    const { resources, levels } = this.#plan.fidelity;
    const configuration = resources.configurationOf(trial.point);
    const mayGoOn = trial.state === "succeeded" && isFeasible(trial);
    const loss = lossOf(trial, this.#direction);
    const result = {
      id: trial.id,
      key: this.#ledger.space.key(configuration),
      configuration,
      loss: mayGoOn ? loss : Number.POSITIVE_INFINITY,
    };
    // Trials of earlier experiments may be between two levels.
    const level = levels.findLastIndex((resource) => resource <= (trial.point[resources.index] as number));
    if (level >= 0) this.#plan.source.tell(level, result, trial);
    const place = this.#placeOf(trial);
    if (place !== undefined) place.bracket.finish(place.rung, result);
  }

  #start(trial: PendingTrial): void {
    const place = this.#placeOf(trial);
    if (place !== undefined) place.bracket.start(place.rung, this.#ledger.space.key(trial.point));
  }

  /** Bracket and rung of a trial of this experiment. */
  #placeOf({ id, labels }: PendingTrial): { bracket: Bracket; rung: number } | undefined {
    const bracket = Number(labels?.[this.#labels.bracket]);
    const rung = Number(labels?.[this.#labels.rung]);
    if (id < 0 || !Number.isInteger(bracket) || !Number.isInteger(rung)) return undefined;
    const found = this.#bracketAt(bracket);
    return found === undefined ? undefined : { bracket: found, rung };
  }

  #bracketAt(index: number): Bracket | undefined {
    while (this.#brackets.length <= index) {
      const plan = this.#plan.bracket(this.#brackets.length);
      if (plan === undefined) return undefined;
      this.#brackets.push(new Bracket(plan, this.#plan.fidelity.eta));
    }
    return this.#brackets[index];
  }

  #promotion(isClosed: boolean): SuggestedTrial | undefined {
    for (let index = this.#first; index < this.#brackets.length; index++) {
      const bracket = this.#brackets[index] as Bracket;
      const isEnd = isClosed || bracket.isFull;
      const promotion = bracket.promotion(isEnd);
      if (promotion !== undefined) {
        const { rung, from } = promotion;
        const what = `promoted from ${bracket.plan.levels[rung - 1]} (trial ${from.id})`;
        return { ...this.#suggest(index, rung, from.configuration, what), parent: from.id };
      }
      if (index === this.#first && bracket.isFull && bracket.isOver(true)) this.#first++;
    }
    return undefined;
  }

  /** A new configuration for the first bracket with room; undefined when there is neither. */
  #newcomer(): SuggestedTrial | undefined {
    let index = this.#first;
    while (this.#bracketAt(index)?.isFull === true) index++;
    const rung = this.#bracketAt(index)?.entry;
    if (rung === undefined) return undefined;
    const initial = this.#ledger.initialPoint();
    if (initial !== undefined) return this.#suggest(index, rung, initial, INITIAL_ORIGIN);
    const random = this.#ledger.stream(this.#plan.name);
    const proposals = this.#plan.source.proposals({ id: this.#ledger.next, random, open: this.#open });
    const configuration = this.#ledger.fresh(proposals.at, random);
    return configuration === undefined ? undefined : this.#suggest(index, rung, configuration, proposals.origin);
  }

  #suggest(index: number, rung: number, configuration: Point, what: string): SuggestedTrial {
    const { bracket, resource } = this.#resourceAt(index, rung);
    const { resources } = this.#plan.fidelity;
    bracket.start(rung, this.#ledger.space.key(configuration));
    const id = this.#ledger.take(configuration);
    const point = resources.join(configuration, resource);
    this.#open.push({ id, point });
    return {
      id,
      point,
      labels: { [this.#labels.bracket]: String(index), [this.#labels.rung]: String(rung) },
      origin: `${this.#plan.name}: ${what}, ${resources.parameter.name} ${resource} (bracket ${index}, rung ${rung})`,
    };
  }

  #resourceAt(index: number, rung: number): { bracket: Bracket; resource: number } {
    const bracket = this.#bracketAt(index) as Bracket;
    return { bracket, resource: bracket.plan.levels[rung] as number };
  }
}
