import {
  type Experiment,
  hasCondition,
  isExperimentCompleted,
  isTrialCompleted,
  SUGGESTION,
  type Suggestion,
  type SuggestionStatus,
  setCondition,
  type Trial,
  type TrialAssignment,
} from "@qalam/api";
import { ignoreOutdated, keyFrom, ownerUid, textOf, timestampOf, WorkQueue } from "@qalam/runtime";
import type { ControllerContext } from "../controller-context.ts";
import { trialName } from "../experiment/new-trial.ts";
import { isPaused } from "../experiment/trial-tally.ts";
import { SettingsError } from "./settings-error.ts";

/** Assignments of finished trials that stay readable in the status; the trials themselves keep the rest. Bounds the cost of a write. */
const KEPT_ASSIGNMENTS = 200;

/** Answers `spec.requests` with assignments in the status (Katib behaviour 3.3). */
export class SuggestionController {
  readonly #context: ControllerContext;
  readonly #queue: WorkQueue;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#queue = new WorkQueue({
      process: (key) => this.#reconcile(key),
      clock: context.clock,
      onError: (key, error, attempt) => this.#failed(key, error, attempt),
    });
    context.suggestions.onChange((current, previous) => {
      const { metadata } = (current ?? previous) as Suggestion;
      if (current === undefined) context.samplers.forget(ownerUid(previous as Suggestion) ?? "");
      this.#queue.add(textOf({ namespace: metadata.namespace ?? "", name: metadata.name }));
    });
    // An algorithm that had nothing to suggest may have when a trial ends.
    context.trials.onChange((current, previous) => {
      if (
        current === undefined ||
        (isTrialCompleted(current) && (previous === undefined || !isTrialCompleted(previous)))
      ) {
        const { metadata } = (current ?? previous) as Trial;
        const name = metadata.ownerReferences?.[0]?.name ?? "";
        const suggestion = context.suggestions.get({ namespace: metadata.namespace ?? "", name });
        if (suggestion !== undefined && missingAssignments(suggestion) > 0)
          this.#queue.add(textOf({ namespace: metadata.namespace ?? "", name }));
      }
    });
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }

  async #reconcile(key: string): Promise<void> {
    const suggestion = this.#context.suggestions.get(keyFrom(key));
    const experiment = this.#context.experiments.get(keyFrom(key));
    if (suggestion === undefined || experiment === undefined || ownerUid(suggestion) !== experiment.metadata.uid)
      return;
    if (
      isExperimentCompleted(experiment) ||
      hasCondition(suggestion.status?.conditions, "Failed") ||
      missingAssignments(suggestion) <= 0
    )
      return;
    try {
      await this.#answer(suggestion, experiment);
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      await this.#fail(suggestion, error.message);
    }
  }

  async #answer(suggestion: Suggestion, experiment: Experiment): Promise<void> {
    const { samplers, store, trials } = this.#context;
    const uid = experiment.metadata.uid ?? "";
    const own = new Map([...trials.indexed(uid).values()].map((trial) => [trial.metadata.name, trial]));
    const stored = suggestion.status?.suggestions ?? [];
    const made = suggestion.status?.suggestionCount ?? 0;
    const { assignments, exhausted, state } = await samplers.ask({
      experiment,
      trials: own.values(),
      earlier: this.#earlierTrials(experiment),
      unused: stored.filter(({ name }) => !own.has(name)),
      made,
      state: suggestion.status?.algorithmState,
      count: missingAssignments(suggestion),
    });
    if (assignments.length === 0 && !exhausted) return; // it waits for results
    const named: TrialAssignment[] = assignments.map((assignment, i) => ({
      name: trialName(experiment, assignment.id ?? made + i),
      ...assignment,
    }));
    const status: SuggestionStatus = {
      ...suggestion.status,
      startTime: suggestion.status?.startTime ?? timestampOf(this.#context.clock),
      suggestionCount: made + named.length,
      suggestions: [...keptAssignments(stored, own), ...named],
      algorithmState: state,
      ...(exhausted && { exhausted }),
      conditions: this.#runningConditions(suggestion),
    };
    const written = await ignoreOutdated(store.updateStatus(SUGGESTION, { ...suggestion, status })).catch(
      (error: Error) => {
        samplers.forget(uid);
        throw error;
      },
    );
    if (written === undefined) samplers.forget(uid);
  }

  /** Finished trials of the experiments named by warmStart. */
  #earlierTrials({ spec, metadata }: Experiment): Trial[] {
    return (spec.warmStart?.experiments ?? []).flatMap((name) => {
      const uid = this.#context.experiments.get({ namespace: metadata.namespace ?? "", name })?.metadata.uid;
      return uid === undefined ? [] : [...this.#context.trials.indexed(uid).values()].filter(isTrialCompleted);
    });
  }

  #runningConditions({ status }: Suggestion) {
    const now = timestampOf(this.#context.clock);
    const steps = [
      { type: "Created", status: "True", reason: "SuggestionCreated", message: "Suggestion is created" },
      { type: "DeploymentReady", status: "True", reason: "DeploymentReady", message: "Deployment is ready" },
      { type: "Running", status: "True", reason: "SuggestionRunning", message: "Suggestion is running" },
    ] as const;
    return steps.reduce(
      (conditions, step) => setCondition(conditions, step, now),
      (status?.conditions ?? []).filter(({ type }) => type !== "Succeeded"),
    );
  }

  async #fail(suggestion: Suggestion, message: string): Promise<void> {
    const conditions = setCondition(
      suggestion.status?.conditions,
      { type: "Failed", status: "True", reason: "SuggestionFailed", message },
      timestampOf(this.#context.clock),
    );
    await ignoreOutdated(
      this.#context.store.updateStatus(SUGGESTION, { ...suggestion, status: { ...suggestion.status, conditions } }),
    );
  }

  #failed(key: string, error: Error, attempt: number): void {
    const suggestion = this.#context.suggestions.get(keyFrom(key));
    if (suggestion !== undefined)
      this.#context.events.record(suggestion, "Warning", "ReconcileError", error.message, "suggestion-controller");
    this.#context.onError("suggestion", key, error, attempt);
  }
}

function missingAssignments({ spec, status }: Suggestion): number {
  return status?.exhausted === true ? 0 : (spec.requests ?? 0) - (status?.suggestionCount ?? 0);
}

/** Assignments whose trial is not finished, and the latest of the others. */
function keptAssignments(stored: readonly TrialAssignment[], trials: ReadonlyMap<string, Trial>): TrialAssignment[] {
  if (stored.length <= 2 * KEPT_ASSIGNMENTS) return [...stored];
  const recent = stored.length - KEPT_ASSIGNMENTS;
  return stored.filter(({ name }, i) => {
    const trial = trials.get(name);
    return i >= recent || trial === undefined || !isTrialCompleted(trial) || isPaused(trial);
  });
}
