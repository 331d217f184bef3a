import {
  betterTrial,
  hasCondition,
  latestCondition,
  type ObjectiveSpec,
  PAUSED_REASON,
  type RankedTrial,
  SUGGESTION_ID_ANNOTATION,
  TRIAL_LISTS,
  type Trial,
  type TrialList,
  trialListOf,
} from "@qalam/api";

/**
 * Counts of an experiment's trials, kept up to date trial by trial, so that the cost of one change does not grow with their number
 * (Katib behaviour 3.2.1).
 */
export class TrialTally {
  readonly #objective: ObjectiveSpec;
  readonly #trials = new Map<string, Trial>();
  readonly #lists: Record<TrialList, Map<string, Trial>>;
  #best: RankedTrial | undefined;
  /** Grows with every change that shows in the status. */
  revision = 0;

  constructor(objective: ObjectiveSpec) {
    this.#objective = objective;
    this.#lists = Object.fromEntries(TRIAL_LISTS.map((list) => [list, new Map<string, Trial>()])) as Record<
      TrialList,
      Map<string, Trial>
    >;
  }

  /** Takes a trial's newest state; undefined when it was deleted. */
  set(name: string, trial: Trial | undefined): void {
    const old = this.#trials.get(name);
    if (old !== undefined) this.#lists[trialListOf(old)].delete(name);
    if (trial === undefined) this.#trials.delete(name);
    else {
      this.#trials.set(name, trial);
      this.#lists[trialListOf(trial)].set(name, trial);
    }
    this.revision += 1;
    this.#updateBest(name, trial);
  }

  get total(): number {
    return this.#trials.size;
  }

  count(list: TrialList): number {
    return this.#lists[list].size;
  }

  /** Names in order of creation. */
  names(list: TrialList): string[] {
    return [...this.#lists[list].values()].sort(byCreation).map(({ metadata }) => metadata.name);
  }

  get active(): number {
    return this.count("pending") + this.count("running");
  }

  get finished(): number {
    return this.total - this.active;
  }

  get best(): RankedTrial | undefined {
    return this.#best;
  }

  has(name: string): boolean {
    return this.#trials.has(name);
  }

  /** Pending and running trials, newest first. */
  newestActive(): Trial[] {
    return [...this.#lists.pending.values(), ...this.#lists.running.values()].sort((a, b) => byCreation(b, a));
  }

  /** Trials that a pause stopped. */
  paused(): Trial[] {
    return [...this.#lists.killed.values()].filter(isPaused);
  }

  /** The message of the first trial that failed. */
  firstFailure(): string | undefined {
    const first = [...this.#lists.failed.values(), ...this.#lists.metricsUnavailable.values()].sort(byCreation)[0];
    return first === undefined ? undefined : `${first.metadata.name}: ${latestFailure(first)}`;
  }

  #updateBest(name: string, trial: Trial | undefined): void {
    if (this.#best?.trial.metadata.name === name) this.#best = this.#rankAll();
    else if (trial !== undefined) {
      const better = betterTrial(this.#best, trial, this.#objective);
      if (better !== this.#best && better !== undefined) this.#best = better;
      else if (this.#best !== undefined && byCreation(trial, this.#best.trial) < 0)
        this.#best =
          betterTrial(betterTrial(undefined, trial, this.#objective), this.#best.trial, this.#objective) ?? this.#best;
    }
  }

  #rankAll(): RankedTrial | undefined {
    let best: RankedTrial | undefined;
    for (const trial of [...this.#trials.values()].sort(byCreation)) best = betterTrial(best, trial, this.#objective);
    return best;
  }
}

/** True for a trial that a pause stopped: it does not count and runs again. */
export function isPaused(trial: Trial): boolean {
  return (
    hasCondition(trial.status?.conditions, "Killed") &&
    trial.status?.conditions?.some(({ type, reason }) => type === "Killed" && reason === PAUSED_REASON) === true
  );
}

/** Number of the suggestion a trial was made from: the order of creation within an experiment. */
export function suggestionIdOf({ metadata }: Trial): number | undefined {
  const id = metadata.annotations?.[SUGGESTION_ID_ANNOTATION];
  return id === undefined ? undefined : Number(id);
}

function byCreation(a: Trial, b: Trial): number {
  return (
    (suggestionIdOf(a) ?? Infinity) - (suggestionIdOf(b) ?? Infinity) || (a.metadata.name < b.metadata.name ? -1 : 1)
  );
}

function latestFailure(trial: Trial): string {
  const failed = trial.status?.conditions?.find(
    ({ type, status }) => (type === "Failed" || type === "MetricsUnavailable") && status === "True",
  );
  return failed?.message ?? latestCondition(trial.status?.conditions)?.message ?? "no message";
}
