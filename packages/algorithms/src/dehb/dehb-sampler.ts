import type { RandomStream } from "@qalam/numeric";
import { algorithmLabel } from "../algorithm-label.ts";
import { randomPoint } from "../fidelity/configuration-source.ts";
import type { Fidelity } from "../fidelity/fidelity-settings.ts";
import { lowestTelling } from "../fidelity/rank-agreement.ts";
import { Rung } from "../fidelity/rung.ts";
import { hyperbandBracket } from "../hyperband/hyperband-brackets.ts";
import { Ledger } from "../ledger.ts";
import type { Point } from "../parameter.ts";
import { INITIAL_ORIGIN } from "../pointwise-sampler.ts";
import { unitOf } from "../population/variation.ts";
import { isFeasible, lossOf, rankKeys } from "../rank-trials.ts";
import type { Answer, FinishedTrial, Json, PendingTrial, Sampler, SamplerOptions, SuggestedTrial } from "../sampler.ts";
import { seedOf } from "../settings.ts";
import { BracketProgress } from "./bracket-progress.ts";
import { crossover, mutate } from "./differential-evolution.ts";
import { populationSizes, rungSizes } from "./rung-sizes.ts";
import { type Member, Subpopulation } from "./subpopulation.ts";

export interface DehbSettings {
  readonly mutationFactor: number;
  readonly crossoverProbability: number;
  /** Resources whose order of configurations foretells nothing of the next one's are passed over. */
  readonly learnsEntry: boolean;
}

/** Where a trial of this experiment belongs. */
interface Place {
  readonly bracket: number;
  readonly rung: number;
  readonly slot: number;
}

/** What becomes a suggestion. */
interface Proposal {
  readonly configuration: Point;
  readonly what: string;
  readonly parent?: number;
}

/** Parents of a mutant. */
const PARENTS = 3;
/** The base of a mutant is one of this share of the parents, the best (Zhang and Sanderson 2009, JADE: p-best). */
const BASE_SHARE = 0.2;
/** Children that turn out to be known before a random draw takes their place: the population has become one point. */
const MAX_CHILDREN = 20;

/**
 * DEHB (Awad, Mallik and Hutter 2021, algorithm 1): Hyperband's brackets with a population per resource, which evolves by differential evolution. The first bracket is successive halving
 * of random configurations. After it, the first rung of a bracket evolves the population of its resource; at the others the best of the resource below are the parents of
 * the mutants, so that what is known from short trials moves up. A place of a population takes its child as soon as that has finished (asynchronous DE). Other than in the paper
 * the base of a mutant is one of the best parents, and resources that foretell nothing are passed over. Brackets, rungs and places are read off the trials' labels; only the
 * next number is stored.
 */
export class DehbSampler implements Sampler {
  readonly #fidelity: Fidelity;
  readonly #settings: DehbSettings;
  readonly #direction: SamplerOptions["directions"][number] | undefined;
  /** Numbers the suggestions. Of configurations, without the resource. */
  readonly #ledger: Ledger;
  /** What was tried at each level. */
  readonly #tried: readonly Ledger[];
  readonly #populations: readonly Subpopulation[];
  /** Results of each level by configuration. */
  readonly #rungs: readonly Rung[];
  /** Trials of this experiment at each level so far: says which place is next. */
  readonly #finished: number[];
  #started: number[] = [];
  readonly #brackets: BracketProgress[] = [];
  readonly #told = new Set<number>();
  readonly #labels: Readonly<Record<keyof Place, string>>;
  /** Levels with no configuration left. */
  #spent = new Set<number>();
  /** The lowest level that foretells the next one. */
  #entry = 0;
  /** Trials of earlier experiments. */
  #earlier = 0;
  /** Brackets before this one are over for good. */
  #first = 0;

  constructor(options: SamplerOptions, fidelity: Fidelity, settings: DehbSettings) {
    const { configurations, configurationOf } = fidelity.resources;
    const next = typeof options.state === "number" ? options.state : 0;
    const seed = seedOf(options);
    this.#fidelity = fidelity;
    this.#settings = settings;
    this.#direction = options.directions[0];
    this.#ledger = new Ledger(configurations, seed, (options.initialPoints ?? []).map(configurationOf), next);
    this.#tried = fidelity.levels.map(() => new Ledger(configurations, seed));
    this.#populations = populationSizes(fidelity.levels, fidelity.eta).map((size) => new Subpopulation(size));
    this.#rungs = fidelity.levels.map(() => new Rung());
    this.#finished = fidelity.levels.map(() => 0);
    this.#labels = {
      bracket: algorithmLabel("dehb", "bracket"),
      rung: algorithmLabel("dehb", "rung"),
      slot: algorithmLabel("dehb", "slot"),
    };
  }

  tell(trials: readonly FinishedTrial[]): void {
    for (const trial of trials) {
      if (this.#told.has(trial.id)) continue;
      this.#told.add(trial.id);
      const configured = { ...trial, point: this.#fidelity.resources.configurationOf(trial.point) };
      this.#ledger.tell([configured]);
      if (trial.id < 0) this.#learnEarlier(configured, trial.point[this.#fidelity.resources.index] as number);
      else this.#learn(configured, this.#levelOf(trial));
    }
  }

  ask(count: number, pending: readonly PendingTrial[]): Answer {
    this.#begin(pending);
    const suggestions: SuggestedTrial[] = [];
    while (suggestions.length < count && this.#spent.size < this.#tried.length) {
      const suggestion = this.#next();
      if (suggestion !== undefined) suggestions.push(suggestion);
    }
    return { suggestions, exhausted: suggestions.length < count };
  }

  dump(): Json {
    return this.#ledger.next;
  }

  #learn(trial: FinishedTrial, level: number): void {
    const place = this.#placeOf(trial);
    if (level < 0 || place === undefined) return;
    this.#tried[level]?.tell([trial]);
    const member = this.#memberOf(trial);
    const loss = trial.state === "succeeded" && isFeasible(trial) ? lossOf(trial, this.#direction) : undefined;
    const mayGoOn = loss !== undefined && loss < Number.POSITIVE_INFINITY;
    this.#bracketAt(place.bracket).finish(place.rung, mayGoOn ? member : undefined);
    if (mayGoOn) this.#rungs[level]?.add({ ...member, key: this.#ledger.space.key(trial.point), loss });
    this.#finished[level] = (this.#finished[level] ?? 0) + 1;
    if (trial.state !== "failed") this.#populations[level]?.add(place.slot, member);
  }

  /** A trial of an earlier experiment may be between two levels. */
  #learnEarlier(trial: FinishedTrial, resource: number): void {
    const level = this.#fidelity.levels.findLastIndex((one) => one <= resource);
    if (level < 0 || trial.state === "failed") return;
    this.#populations[level]?.addEarlier(this.#memberOf(trial));
    this.#earlier++;
  }

  #memberOf(trial: FinishedTrial): Member {
    const keys = rankKeys(trial, lossOf(trial, this.#direction)).slice(0, -1);
    return { id: trial.id, configuration: trial.point, keys };
  }

  #begin(pending: readonly PendingTrial[]): void {
    const placed = pending.map((trial) => ({
      trial: { ...trial, point: this.#fidelity.resources.configurationOf(trial.point) },
      level: this.#levelOf(trial),
    }));
    this.#ledger.begin(placed.map(({ trial }) => trial));
    this.#tried.forEach((ledger, level) => {
      ledger.begin(placed.filter((one) => one.level === level).map(({ trial }) => trial));
    });
    for (const bracket of this.#brackets) bracket.begin();
    this.#started = [...this.#finished];
    this.#spent = new Set();
    this.#entry = this.#settings.learnsEntry ? lowestTelling(this.#rungs) : 0;
    for (const { trial, level } of placed) {
      const place = this.#placeOf(trial);
      if (place !== undefined) this.#start(place, level);
    }
  }

  #start({ bracket, rung }: Place, level: number): void {
    this.#bracketAt(bracket).start(rung);
    this.#started[level] = (this.#started[level] ?? 0) + 1;
  }

  /** Place of a trial's resource among the levels; below 0: it is none of them. */
  #levelOf({ point }: PendingTrial): number {
    return this.#fidelity.levels.indexOf(point[this.#fidelity.resources.index] as number);
  }

  #placeOf({ id, labels }: PendingTrial): Place | undefined {
    const [bracket, rung, slot] = [this.#labels.bracket, this.#labels.rung, this.#labels.slot].map((label) =>
      Number(labels?.[label]),
    ) as [number, number, number];
    return id >= 0 && [bracket, rung, slot].every(Number.isInteger) ? { bracket, rung, slot } : undefined;
  }

  #bracketAt(index: number): BracketProgress {
    const { levels, eta } = this.#fidelity;
    while (this.#brackets.length <= index)
      this.#brackets.push(new BracketProgress(rungSizes(hyperbandBracket(levels, eta, this.#brackets.length), eta)));
    return this.#brackets[index] as BracketProgress;
  }

  /** The next trial of the oldest bracket that has one; undefined when its level turned out to have no configuration left. */
  #next(): SuggestedTrial | undefined {
    for (let index = this.#first; ; index++) {
      const lowest = index % this.#tried.length;
      const due = this.#bracketAt(index).due((rung) => this.#isClosed(lowest + rung));
      if (typeof due === "number") return this.#suggest(index, due, lowest + due);
      // A level that is passed over may come into favour again.
      if (due === "over" && index === this.#first && this.#spent.size === 0 && this.#entry === 0) this.#first++;
    }
  }

  /** There is nothing left to try at a level, or nothing to learn while others have something left. */
  #isClosed(level: number): boolean {
    const isElsewhere = this.#tried.some((_, other) => other >= this.#entry && !this.#spent.has(other));
    return this.#spent.has(level) || (level < this.#entry && isElsewhere);
  }

  #suggest(bracket: number, rung: number, level: number): SuggestedTrial | undefined {
    const { resources, levels } = this.#fidelity;
    const slot = (this.#started[level] as number) % (this.#populations[level] as Subpopulation).size;
    const place = { bracket, rung, slot };
    const proposal = this.#propose(place, level);
    if (proposal === undefined) {
      this.#spent.add(level);
      return undefined;
    }
    const { configuration, what, parent } = proposal;
    const resource = levels[level] as number;
    this.#start(place, level);
    this.#tried[level]?.take(configuration);
    const suggestion = {
      id: this.#ledger.take(configuration),
      point: resources.join(configuration, resource),
      labels: Object.fromEntries(
        Object.entries(place).map(([key, value]) => [this.#labels[key as keyof Place], `${value}`]),
      ),
      origin: `dehb: ${what}, ${resources.parameter.name} ${resource} (bracket ${bracket}, rung ${rung})`,
    };
    return parent === undefined ? suggestion : { ...suggestion, parent };
  }

  /** undefined when the level has no configuration left. */
  #propose(place: Place, level: number): Proposal | undefined {
    const { bracket, rung } = place;
    const tried = this.#tried[level] as Ledger;
    const first = rung === 0 ? this.#ledger.initialPoint() : undefined;
    if (first !== undefined && !tried.hasSeen(first)) return { configuration: first, what: INITIAL_ORIGIN };
    const promoted = bracket === 0 && rung > 0 ? this.#promoted(place, tried) : undefined;
    if (promoted !== undefined) return promoted;
    const random = this.#ledger.stream("dehb");
    const isStart = bracket === 0 && rung === 0 && this.#earlier < PARENTS;
    const propose = (attempt: number) =>
      isStart || attempt >= MAX_CHILDREN
        ? randomPoint(tried.space, random)
        : this.#child(place, level, random.split(attempt));
    const configuration = tried.fresh(propose, random);
    const what = isStart ? "a random draw" : `a mutant of configurations ${this.#originOf(place, level)}`;
    return configuration === undefined ? undefined : { configuration, what };
  }

  #originOf({ bracket, rung, slot }: Place, level: number): string {
    const same = bracket === 0 && rung === 0 ? "of earlier experiments" : "of the same resource";
    return `${this.#levelOfParents(rung, level) === level ? same : "of less resource"} crossed with place ${slot}`;
  }

  /** The first bracket is plain successive halving. */
  #promoted({ bracket, rung }: Place, tried: Ledger): Proposal | undefined {
    const progress = this.#bracketAt(bracket);
    const best = progress.best(rung - 1, progress.sizes[rung] as number);
    const from = best.find(({ configuration }) => tried.isFresh(configuration));
    if (from === undefined) return undefined;
    return { configuration: from.configuration, what: `promoted from trial ${from.id}`, parent: from.id };
  }

  /** At the first rung, and above a resource that foretells nothing, parents are of the same resource. */
  #levelOfParents(rung: number, level: number): number {
    return rung === 0 || level <= this.#entry ? level : level - 1;
  }

  /** Best first; for the very first rung the best of earlier experiments, from the largest resource on. */
  #parentsOf({ bracket, rung }: Place, level: number): Member[] {
    const ranked = this.#populations.map((population) => population.ranked());
    if (bracket === 0 && rung === 0)
      return ranked
        .map((members) => members.slice(0, Math.ceil(BASE_SHARE * members.length)))
        .reverse()
        .flat();
    const from = this.#levelOfParents(rung, level);
    const known = ranked[from] as Member[];
    return from === level ? known : known.slice(0, this.#bracketAt(bracket).sizes[rung]);
  }

  #child(place: Place, level: number, random: RandomStream): Point {
    const space = this.#fidelity.resources.configurations;
    const parents = this.#threeOf(this.#parentsOf(place, level), random);
    const [base, one, other] = parents.map((point) => unitOf(space, point, random)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const target = this.#populations[level]?.at(place.slot)?.configuration ?? randomPoint(space, random);
    const { mutationFactor, crossoverProbability } = this.#settings;
    const mutant = mutate(base, one, other, mutationFactor, random);
    return space.decode(crossover(unitOf(space, target, random), mutant, crossoverProbability, random));
  }

  /** Three different parents, the first one of the best; when there are too few, others from all populations, and then random ones. @param parents best first */
  #threeOf(parents: readonly Member[], random: RandomStream): Point[] {
    const chosen: Point[] = [];
    const draw = (from: Member[], among: number) =>
      chosen.push((from.splice(random.integer(among), 1)[0] as Member).configuration);
    const left = [...parents];
    if (left.length > 0) draw(left, Math.ceil(BASE_SHARE * left.length));
    while (left.length > 0 && chosen.length < PARENTS) draw(left, left.length);
    if (chosen.length < PARENTS) {
      const all = this.#populations.flatMap((population) => population.ranked());
      const others = all.filter((one) => !parents.includes(one));
      while (others.length > 0 && chosen.length < PARENTS) draw(others, others.length);
    }
    while (chosen.length < PARENTS) chosen.push(randomPoint(this.#fidelity.resources.configurations, random));
    return chosen;
  }
}
