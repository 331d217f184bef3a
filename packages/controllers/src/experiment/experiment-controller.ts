import {
  CONFIG_MAP,
  dropConditions,
  EXPERIMENT,
  type Experiment,
  type ExperimentStatus,
  hasCondition,
  isExperimentCompleted,
  isExperimentRestartable,
  PAUSED_ANNOTATION,
  parseDuration,
  STOP_ANNOTATION,
  SUGGESTION,
  type Suggestion,
  setCondition,
  TemplateError,
  type TemplateObject,
  TRIAL,
  type Trial,
  type TrialAssignment,
} from "@qalam/api";
import {
  ignoreAlreadyExists,
  ignoreNotFound,
  ignoreOutdated,
  keyFrom,
  ownerUid,
  textOf,
  timestampOf,
  WorkQueue,
} from "@qalam/runtime";
import type { ControllerContext } from "../controller-context.ts";
import { type Completion, completionOf } from "./completion.ts";
import { completedStatus, countedStatus, createdStatus, runningConditions } from "./experiment-status.ts";
import { controllerReference, newTrial } from "./new-trial.ts";
import { planTrials } from "./plan-trials.ts";
import { TrialTally } from "./trial-tally.ts";

/** Status is written at once when a condition changes, and otherwise at most this often: longer with more trials, as it lists their names. */
const STATUS_INTERVAL_MS = 20;
const STATUS_INTERVAL_PER_TRIAL_MS = 0.2;

/** What the controller knows of one experiment between passes; all of it can be worked out again from the store. */
interface Memory {
  readonly uid: string;
  readonly tally: TrialTally;
  writtenRevision: number;
  lastWrite: number;
  cancelDeadline: (() => void) | undefined;
}

/** Brings each Experiment's trials to its spec and its status to its trials (Katib behaviour 3.2). */
export class ExperimentController {
  readonly #context: ControllerContext;
  readonly #queue: WorkQueue;
  readonly #memory = new Map<string, Memory>();

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#queue = new WorkQueue({
      process: (key) => this.#reconcile(key),
      clock: context.clock,
      onError: (key, error, attempt) => this.#failed(key, error, attempt),
    });
    context.experiments.onChange((current, previous) => this.#queue.add(keyText(current ?? previous)));
    context.suggestions.onChange((current, previous) => this.#queue.add(keyText(current ?? previous)));
    context.trials.onChange((current, previous) => this.#trialChanged(current, previous));
  }

  async close(): Promise<void> {
    for (const { cancelDeadline } of this.#memory.values()) cancelDeadline?.();
    await this.#queue.close();
  }

  #trialChanged(current: Trial | undefined, previous: Trial | undefined): void {
    const trial = (current ?? previous) as Trial;
    const key = `${trial.metadata.namespace}/${trial.metadata.ownerReferences?.[0]?.name ?? ""}`;
    const memory = this.#memory.get(key);
    if (memory !== undefined && memory.uid === ownerUid(trial)) memory.tally.set(trial.metadata.name, current);
    this.#queue.add(key);
  }

  async #reconcile(key: string): Promise<void> {
    const experiment = this.#context.experiments.get(keyFrom(key));
    if (experiment === undefined) return this.#forget(key);
    if (experiment.metadata.deletionTimestamp !== undefined) return;
    const memory = this.#remember(key, experiment);
    if (!hasCondition(experiment.status?.conditions, "Created"))
      return this.#write(experiment, createdStatus(experiment, timestampOf(this.#context.clock)), memory);
    if (isExperimentCompleted(experiment)) return this.#afterCompletion(key, experiment, memory);
    const suggestion = this.#suggestionOf(experiment);
    if (hasCondition(suggestion?.status?.conditions, "Failed"))
      return this.#complete(experiment, memory, suggestionFailure(suggestion));
    const completion = this.#completion(experiment, suggestion, memory);
    if (completion !== undefined) return this.#complete(experiment, memory, completion);
    if (experiment.metadata.annotations?.[PAUSED_ANNOTATION] === undefined)
      await this.#advance(experiment, suggestion, memory);
    else await this.#stopAll(memory, PAUSE_MESSAGE);
    await this.#writeCounts(key, experiment, memory);
  }

  /** Starts and stops trials, and asks for more suggestions when too few wait. */
  async #advance(experiment: Experiment, suggestion: Suggestion | undefined, { tally }: Memory): Promise<void> {
    // Trials that a pause stopped go: their assignments wait in the Suggestion and run again under the same names.
    for (const trial of tally.paused())
      await ignoreNotFound(
        this.#context.store.delete(TRIAL, { namespace: trial.metadata.namespace ?? "", name: trial.metadata.name }),
      );
    const plan = planTrials(experiment.spec, { active: tally.active, finished: tally.finished });
    for (const trial of tally.newestActive().slice(0, plan.stop))
      await ignoreNotFound(
        this.#context.store.delete(TRIAL, { namespace: trial.metadata.namespace ?? "", name: trial.metadata.name }),
      );
    const unused = unusedAssignments(suggestion, tally);
    await this.#create(experiment, unused.slice(0, plan.start));
    await this.#request(experiment, suggestion, plan.start - unused.length);
  }

  async #create(experiment: Experiment, assignments: readonly TrialAssignment[]): Promise<void> {
    if (assignments.length === 0) return;
    const template = await this.#template(experiment);
    await Promise.all(
      assignments.map((assignment) =>
        ignoreAlreadyExists(this.#context.store.create(TRIAL, newTrial(experiment, assignment, template))),
      ),
    );
  }

  async #template({ spec }: Experiment): Promise<TemplateObject | string> {
    const { trialSpec, configMap } = spec.trialTemplate ?? {};
    if (trialSpec !== undefined) return trialSpec;
    const { configMapName = "", configMapNamespace = "", templatePath = "" } = configMap ?? {};
    const found = await this.#context.store.get(CONFIG_MAP, { namespace: configMapNamespace, name: configMapName });
    const text = found?.data?.[templatePath];
    if (text === undefined)
      throw new TemplateError(
        `ConfigMap ${configMapNamespace}/${configMapName} with key "${templatePath}" is not there`,
      );
    return text;
  }

  /** Raises `Suggestion.spec.requests` so that this many more assignments will be made. */
  async #request(experiment: Experiment, suggestion: Suggestion | undefined, missing: number): Promise<void> {
    const { store } = this.#context;
    const key = { namespace: experiment.metadata.namespace ?? "", name: experiment.metadata.name };
    if (suggestion === undefined) {
      if (missing > 0) await ignoreAlreadyExists(store.create(SUGGESTION, newSuggestion(experiment, missing)));
      return;
    }
    const requests = (suggestion.status?.suggestionCount ?? 0) + missing;
    if (missing > 0 && requests > (suggestion.spec.requests ?? 0) && suggestion.status?.exhausted !== true) {
      await ignoreOutdated(store.patch(SUGGESTION, key, { spec: { requests } }));
    }
  }

  #completion(experiment: Experiment, suggestion: Suggestion | undefined, memory: Memory): Completion | undefined {
    const { spec, status } = experiment;
    const exhausted =
      suggestion?.status?.exhausted === true &&
      (suggestion.status.suggestionCount ?? 0) >= 0 &&
      unusedAssignments(suggestion, memory.tally).length === 0 &&
      memory.tally.paused().length === 0;
    const elapsed = this.#context.clock.now().getTime() - Date.parse(status?.startTime ?? "");
    const completion = completionOf({ spec: spec, tally: memory.tally, exhausted, elapsed });
    return completion?.reason === "ExperimentMaxTrialsReached" && memory.tally.paused().length > 0
      ? undefined
      : completion;
  }

  async #complete(experiment: Experiment, memory: Memory, completion: Completion): Promise<void> {
    const now = timestampOf(this.#context.clock);
    const counted = countedStatus(runningConditions(experiment.status ?? {}, memory.tally, now), memory.tally);
    await this.#write(experiment, completedStatus(counted, completion, now), memory);
    this.#context.events.record(
      experiment,
      completion.type === "Failed" ? "Warning" : "Normal",
      completion.reason,
      completion.message,
      "experiment-controller",
    );
  }

  /** An experiment that has ended: its trials stop, its suggestion closes; late trials are still counted; a larger budget starts it again. */
  async #afterCompletion(key: string, experiment: Experiment, memory: Memory): Promise<void> {
    const { spec, status } = experiment;
    if (
      isExperimentRestartable(experiment) &&
      spec.maxTrialCount !== undefined &&
      spec.maxTrialCount > memory.tally.total
    )
      return this.#restart(experiment, memory);
    if (spec.completionPolicy !== "FinishTrials")
      await this.#stopAll(memory, "Trial is stopped because its experiment has ended");
    const suggestion = this.#suggestionOf(experiment);
    if (
      suggestion !== undefined &&
      spec.resumePolicy !== "LongRunning" &&
      !hasCondition(suggestion.status?.conditions, "Succeeded") &&
      !hasCondition(suggestion.status?.conditions, "Failed")
    )
      await this.#closeSuggestion(suggestion, spec.resumePolicy ?? "Never");
    if (hasCondition(status?.conditions, "Succeeded") || memory.tally.active > 0)
      await this.#writeCounts(key, experiment, memory);
  }

  async #restart(experiment: Experiment, memory: Memory): Promise<void> {
    const now = timestampOf(this.#context.clock);
    const conditions = setCondition(
      dropConditions(experiment.status?.conditions, "Succeeded", "Failed"),
      { type: "Restarting", status: "True", reason: "ExperimentRestarting", message: "Experiment is restarted" },
      now,
    );
    const { completionTime: _ended, ...status } = experiment.status ?? {};
    await this.#write(experiment, { ...status, conditions }, memory);
  }

  async #closeSuggestion(suggestion: Suggestion, policy: string): Promise<void> {
    const now = timestampOf(this.#context.clock);
    const message =
      policy === "FromVolume"
        ? "Suggestion is succeeded, suggestion volume is not deleted, can be restarted"
        : "Suggestion is succeeded, can't be restarted";
    let conditions = suggestion.status?.conditions;
    for (const type of ["Running", "DeploymentReady"])
      conditions = setCondition(conditions, { type, status: "False", reason: "Suggestion is succeeded", message }, now);
    conditions = setCondition(
      conditions,
      { type: "Succeeded", status: "True", reason: "Experiment is succeeded", message },
      now,
    );
    await ignoreOutdated(
      this.#context.store.updateStatus(SUGGESTION, { ...suggestion, status: { ...suggestion.status, conditions } }),
    );
  }

  /** Asks the trial controller to stop every active trial. */
  async #stopAll({ tally }: Memory, message: string): Promise<void> {
    const running = tally
      .newestActive()
      .filter(({ metadata }) => metadata.annotations?.[STOP_ANNOTATION] === undefined);
    await Promise.all(
      running.map(({ metadata }) =>
        ignoreOutdated(
          this.#context.store.patch(
            TRIAL,
            { namespace: metadata.namespace ?? "", name: metadata.name },
            { metadata: { annotations: { [STOP_ANNOTATION]: message } } },
          ),
        ),
      ),
    );
  }

  /** Writes the counts when they changed, but not more often than pays. */
  async #writeCounts(key: string, experiment: Experiment, memory: Memory): Promise<void> {
    if (memory.writtenRevision === memory.tally.revision) return;
    const now = this.#context.clock.now().getTime();
    const due = memory.lastWrite + STATUS_INTERVAL_MS + STATUS_INTERVAL_PER_TRIAL_MS * memory.tally.total;
    const isFirst = !hasCondition(experiment.status?.conditions, "Running") && !isExperimentCompleted(experiment);
    if (!isFirst && now < due) return this.#queue.addAfter(key, due - now);
    const base = experiment.status ?? {};
    const status = isExperimentCompleted(experiment)
      ? base
      : runningConditions(base, memory.tally, timestampOf(this.#context.clock));
    await this.#write(experiment, countedStatus(status, memory.tally), memory);
  }

  async #write(experiment: Experiment, status: ExperimentStatus, memory: Memory): Promise<void> {
    const { revision } = memory.tally;
    memory.lastWrite = this.#context.clock.now().getTime();
    const written = await ignoreOutdated(this.#context.store.updateStatus(EXPERIMENT, { ...experiment, status }));
    if (written !== undefined) memory.writtenRevision = revision;
  }

  #remember(key: string, experiment: Experiment): Memory {
    const uid = experiment.metadata.uid ?? "";
    const known = this.#memory.get(key);
    if (known?.uid === uid) return known;
    const tally = new TrialTally(experiment.spec.objective ?? {});
    for (const trial of this.#context.trials.indexed(uid).values()) tally.set(trial.metadata.name, trial);
    const memory: Memory = {
      uid,
      tally,
      writtenRevision: -1,
      lastWrite: 0,
      cancelDeadline: this.#deadline(key, experiment),
    };
    this.#memory.set(key, memory);
    return memory;
  }

  /** The time budget ends by a timer, not by the next event. */
  #deadline(key: string, { spec, status, metadata }: Experiment): (() => void) | undefined {
    const budget = spec.maxDuration === undefined ? undefined : parseDuration(spec.maxDuration);
    if (budget === undefined) return undefined;
    const start = Date.parse(status?.startTime ?? metadata.creationTimestamp ?? "");
    return this.#context.clock.after(Math.max(0, start + budget - this.#context.clock.now().getTime()) + 1000, () =>
      this.#queue.add(key),
    );
  }

  #forget(key: string): void {
    this.#memory.get(key)?.cancelDeadline?.();
    this.#memory.delete(key);
  }

  #suggestionOf({ metadata }: Experiment): Suggestion | undefined {
    const suggestion = this.#context.suggestions.get({ namespace: metadata.namespace ?? "", name: metadata.name });
    return suggestion !== undefined && ownerUid(suggestion) === metadata.uid ? suggestion : undefined;
  }

  #failed(key: string, error: Error, attempt: number): void {
    const experiment = this.#context.experiments.get(keyFrom(key));
    if (experiment !== undefined) {
      this.#context.events.record(
        experiment,
        "Warning",
        "ReconcileError",
        `Failed to reconcile: ${error.message}`,
        "experiment-controller",
      );
      const memory = this.#memory.get(key);
      // A template that cannot be filled will not heal by trying again.
      if (error instanceof TemplateError && memory !== undefined)
        void this.#complete(experiment, memory, {
          type: "Failed",
          reason: "ExperimentFailed",
          message: error.message,
        }).catch((failure: Error) => this.#context.onError("experiment", key, failure, attempt));
    }
    this.#context.onError("experiment", key, error, attempt);
  }
}

/** Message of the Killed condition of paused trials. */
export const PAUSE_MESSAGE =
  "Trial is stopped because its experiment is paused; it runs again when the experiment goes on";

function unusedAssignments(suggestion: Suggestion | undefined, tally: TrialTally): TrialAssignment[] {
  return (suggestion?.status?.suggestions ?? []).filter(({ name }) => !tally.has(name));
}

function suggestionFailure(suggestion: Suggestion | undefined): Completion {
  const message = suggestion?.status?.conditions?.find(({ type }) => type === "Failed")?.message;
  return {
    type: "Failed",
    reason: "ExperimentFailed",
    message: `Suggestion has failed${message === undefined ? "" : `: ${message}`}`,
  };
}

function newSuggestion(experiment: Experiment, requests: number): Suggestion {
  const { metadata, spec, apiVersion } = experiment;
  return {
    apiVersion,
    kind: "Suggestion",
    metadata: {
      name: metadata.name,
      namespace: metadata.namespace ?? "default",
      ...(metadata.labels !== undefined && { labels: metadata.labels }),
      ownerReferences: [controllerReference(experiment)],
    },
    spec: {
      ...(spec.algorithm !== undefined && { algorithm: spec.algorithm }),
      ...(spec.earlyStopping !== undefined && { earlyStopping: spec.earlyStopping }),
      requests,
      resumePolicy: spec.resumePolicy ?? "Never",
    },
  };
}

function keyText(object: Experiment | Suggestion | undefined): string {
  return textOf({ namespace: object?.metadata.namespace ?? "", name: object?.metadata.name ?? "" });
}
