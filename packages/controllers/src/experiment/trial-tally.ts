import {
  betterTrial,
  latestCondition,
  type ObjectiveSpec,
  type RankedTrial,
  TRIAL_LISTS,
  type Trial,
  type TrialList,
  trialListOf,
} from "@qalam/api";
import { constraintViolations } from "../trial/measurement.ts";
import { isDisplaced } from "../trial/stop-reasons.ts";
import { suggestionIdOf } from "../trial/suggestion-id.ts";
import { ParetoFront } from "./pareto-front.ts";

interface Entry {
  readonly trial: Trial;
  readonly list: TrialList;
  /** Place in the order of creation. */
  readonly order: number;
}

/**
 * Counts of an experiment's trials, kept up to date trial by trial, so that the cost of one change does not grow with their number
 * (Katib behaviour 3.2.1). Best trials are those that ended with a result, as far as they satisfy the outcome constraints.
 */
export class TrialTally {
  readonly #objective: ObjectiveSpec;
  readonly #entries = new Map<string, Entry>();
  readonly #lists: Record<TrialList, Map<string, Entry>>;
  readonly #displaced = new Map<string, Entry>();
  /** Created by this process, not seen yet. */
  readonly #expected = new Set<string>();
  #best: RankedTrial | undefined;
  #front: ParetoFront | undefined;
  #revision = 0;

  constructor(objective: ObjectiveSpec, trials: Iterable<Trial> = []) {
    this.#objective = objective;
    this.#lists = Object.fromEntries(TRIAL_LISTS.map((list) => [list, new Map<string, Entry>()])) as Record<
      TrialList,
      Map<string, Entry>
    >;
    if ((objective.additionalObjectives?.length ?? 0) > 0) this.#front = new ParetoFront(objective);
    for (const trial of trials) this.set(trial.metadata.name, trial);
  }

  /** Takes a trial's newest state; undefined when it was deleted. */
  set(name: string, trial: Trial | undefined): void {
    const old = this.#entries.get(name);
    if (old !== undefined) this.#lists[old.list].delete(name);
    this.#displaced.delete(name);
    this.#expected.delete(name);
    if (trial === undefined) this.#entries.delete(name);
    else {
      const list = trialListOf(trial);
      const entry = { trial, list, order: suggestionIdOf(trial) ?? Number.POSITIVE_INFINITY };
      this.#entries.set(name, entry);
      this.#lists[list].set(name, entry);
      if (list === "killed" && isDisplaced(trial)) this.#displaced.set(name, entry);
    }
    this.#revision += 1;
    this.#rank(name, this.#entries.get(name));
  }

  /** Counts a trial that was just created, until it is seen. */
  expect(name: string): void {
    if (!this.#entries.has(name)) this.#expected.add(name);
  }

  /** Grows with every change of a trial. */
  get revision(): number {
    return this.#revision;
  }

  get total(): number {
    return this.#entries.size;
  }

  count(list: TrialList): number {
    return this.#lists[list].size;
  }

  /** Pending, running or just created. */
  get active(): number {
    return this.count("pending") + this.count("running") + this.#expected.size;
  }

  /** Finished in whatever way. Trials that were stopped to run again are neither finished nor active. */
  get finished(): number {
    return this.total - this.count("pending") - this.count("running") - this.#displaced.size;
  }

  /** Failed, or without a result. */
  get failed(): number {
    return this.count("failed") + this.count("metricsUnavailable");
  }

  /** The best trial by the main objective. */
  get best(): RankedTrial | undefined {
    return this.#best;
  }

  /** The trials no other trial beats, in order of creation, when there are several objectives. */
  get front(): readonly Trial[] | undefined {
    const entries = this.#front?.trials.flatMap(({ metadata }) => this.#entries.get(metadata.name) ?? []);
    return entries?.sort(byCreation).map(({ trial }) => trial);
  }

  has(name: string): boolean {
    return this.#entries.has(name) || this.#expected.has(name);
  }

  /** Names in order of creation. */
  names(list: TrialList): string[] {
    return [...this.#lists[list].values()].sort(byCreation).map(({ trial }) => trial.metadata.name);
  }

  /** Pending and running trials, newest first. */
  newestActive(): Trial[] {
    const active = [...this.#lists.pending.values(), ...this.#lists.running.values()];
    return active.sort((a, b) => byCreation(b, a)).map(({ trial }) => trial);
  }

  /** Trials that were stopped to run again, in order of creation. */
  displaced(): Trial[] {
    return [...this.#displaced.values()].sort(byCreation).map(({ trial }) => trial);
  }

  /** Name and message of the first trial that failed. */
  firstFailure(): string | undefined {
    const failures = [...this.#lists.failed.values(), ...this.#lists.metricsUnavailable.values()];
    const first = failures.sort(byCreation)[0]?.trial;
    return first === undefined ? undefined : `${first.metadata.name}: ${failureMessage(first)}`;
  }

  #rank(name: string, entry: Entry | undefined): void {
    if (this.#best?.trial.metadata.name === name || this.#front?.has(name) === true) return this.#rankAll();
    if (entry === undefined || !this.#isCandidate(entry)) return;
    this.#front?.add(entry.trial);
    const best = this.#best;
    if (best === undefined || byCreation(this.#entries.get(best.trial.metadata.name) ?? entry, entry) <= 0)
      this.#best = betterTrial(best, entry.trial, this.#objective);
    else {
      // Trials are compared in order of creation, so that ties keep the earlier one.
      const earlier = betterTrial(undefined, entry.trial, this.#objective);
      this.#best = betterTrial(earlier, best.trial, this.#objective);
    }
  }

  #rankAll(): void {
    this.#best = undefined;
    if (this.#front !== undefined) this.#front = new ParetoFront(this.#objective);
    for (const entry of [...this.#entries.values()].sort(byCreation)) {
      if (!this.#isCandidate(entry)) continue;
      this.#best = betterTrial(this.#best, entry.trial, this.#objective);
      this.#front?.add(entry.trial);
    }
  }

  #isCandidate({ trial, list }: Entry): boolean {
    return (
      (list === "succeeded" || list === "earlyStopped") &&
      constraintViolations(trial, this.#objective).every((violation) => violation <= 0)
    );
  }
}

function byCreation(a: Entry, b: Entry): number {
  if (a.order !== b.order) return a.order - b.order;
  return a.trial.metadata.name < b.trial.metadata.name ? -1 : 1;
}

function failureMessage({ status }: Trial): string {
  const failed = status?.conditions?.find(
    (condition) =>
      (condition.type === "Failed" || condition.type === "MetricsUnavailable") && condition.status === "True",
  );
  return failed?.message ?? latestCondition(status?.conditions)?.message ?? "no message";
}
