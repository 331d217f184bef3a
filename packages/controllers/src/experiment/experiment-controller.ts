import {
  EXPERIMENT,
  EXPERIMENT_FINALIZER,
  type Experiment,
  type ExperimentStatus,
  hasCondition,
  isExperimentCompleted,
  isExperimentPaused,
  isExperimentRestartable,
  keyOf,
  latestCondition,
  parseDuration,
  SUGGESTION,
  type Suggestion,
  TemplateError,
  type Trial,
} from "@qalam/api";
import { commitStatus, ignoreOutdated, keyFrom, ownerUid, textOf, timestampOf, WorkQueue } from "@qalam/runtime";
import type { ControllerContext } from "../controller-context.ts";
import { DURATION_REASON, durationMessage, ENDED_MESSAGE, PAUSE_MESSAGE } from "../trial/stop-reasons.ts";
import { advanceExperiment, unusedAssignments } from "./advance-experiment.ts";
import { closedSuggestionStatus } from "./closed-suggestion.ts";
import { type Completion, completionOf } from "./completion.ts";
import { budgetStart, completedStatus, createdStatus, currentStatus, restartingStatus } from "./experiment-status.ts";
import { StatusPace } from "./status-pace.ts";
import { stopTrials } from "./stop-trials.ts";
import { TrialTally } from "./trial-tally.ts";

const COMPONENT = "experiment-controller";

/** What the controller knows of one experiment between passes; all of it can be worked out again from the store. */
interface Memory {
  readonly uid: string;
  readonly tally: TrialTally;
  readonly pace: StatusPace;
  /** Calls off the timer of the time budget, once it is set. */
  cancelDeadline?: () => void;
}

/** Brings each Experiment's trials to its spec and its status to its trials (Katib behaviour 3.2). The steps are in this package's README. */
export class ExperimentController {
  readonly queue: WorkQueue;
  readonly #context: ControllerContext;
  readonly #memory = new Map<string, Memory>();

  constructor(context: ControllerContext) {
    this.#context = context;
    this.queue = new WorkQueue({
      process: (key) => this.#reconcile(key),
      clock: context.clock,
      onError: (key, error, attempt) => this.#failed(key, error, attempt),
    });
    const enqueue = (current: Experiment | Suggestion | undefined, previous: typeof current): void =>
      this.queue.add(textOf(keyOf((current ?? previous) as Experiment)));
    context.experiments.onChange(enqueue);
    context.suggestions.onChange(enqueue);
    context.trials.onChange((current, previous) => this.#trialChanged(current, previous));
  }

  async close(): Promise<void> {
    for (const { cancelDeadline } of this.#memory.values()) cancelDeadline?.();
    await this.queue.close();
  }

  #trialChanged(current: Trial | undefined, previous: Trial | undefined): void {
    const trial = (current ?? previous) as Trial;
    const name = trial.metadata.ownerReferences?.[0]?.name;
    if (name === undefined) return;
    const key = textOf({ namespace: trial.metadata.namespace ?? "", name });
    const memory = this.#memory.get(key);
    if (memory !== undefined && memory.uid === ownerUid(trial)) memory.tally.set(trial.metadata.name, current);
    this.queue.add(key);
  }

  async #reconcile(key: string): Promise<void> {
    const experiment = this.#context.experiments.get(keyFrom(key));
    if (experiment === undefined) return this.#forget(key);
    if (await this.#changeFinalizer(experiment)) return;
    const memory = this.#remember(key, experiment);
    if (!hasCondition(experiment.status?.conditions, "Created")) {
      await this.#write(experiment, createdStatus(experiment, timestampOf(this.#context.clock)));
      return;
    }
    if (isExperimentCompleted(experiment)) return this.#afterCompletion(key, experiment, memory);
    this.#setDeadline(key, experiment, memory);
    const suggestion = this.#suggestionOf(experiment);
    const completion = suggestionFailure(suggestion) ?? this.#completion(experiment, suggestion, memory.tally);
    if (completion !== undefined) return this.#complete(experiment, memory, completion);
    const hopeless = await this.#act(experiment, suggestion, memory.tally);
    if (hopeless !== undefined) return this.#complete(experiment, memory, hopeless);
    await this.#writeCounts(key, experiment, memory);
  }

  /** Adds Katib's finalizer, and takes it away from an experiment that is being deleted. @returns whether that was all there is to do */
  async #changeFinalizer(experiment: Experiment): Promise<boolean> {
    const { finalizers = [], deletionTimestamp } = experiment.metadata;
    const isThere = finalizers.includes(EXPERIMENT_FINALIZER);
    const isWanted = deletionTimestamp === undefined;
    if (isThere !== isWanted) {
      const others = finalizers.filter((name) => name !== EXPERIMENT_FINALIZER);
      const wanted = isWanted ? [...others, EXPERIMENT_FINALIZER] : others;
      const metadata = { ...experiment.metadata, finalizers: wanted };
      await ignoreOutdated(this.#context.store.update(EXPERIMENT, { ...experiment, metadata }));
    }
    return isThere !== isWanted || !isWanted;
  }

  /** Stops what a pause stops, else goes on. @returns how the experiment ends when its template can never be filled */
  async #act(
    experiment: Experiment,
    suggestion: Suggestion | undefined,
    tally: TrialTally,
  ): Promise<Completion | undefined> {
    const { store } = this.#context;
    try {
      if (isExperimentPaused(experiment)) await stopTrials(store, tally.newestActive(), PAUSE_MESSAGE);
      else await advanceExperiment(store, experiment, suggestion, tally);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return {
        type: "Failed",
        reason: "ExperimentFailed",
        message: `Experiment has failed because its trial template cannot be filled: ${error.message}`,
      };
    }
    return undefined;
  }

  #completion(experiment: Experiment, suggestion: Suggestion | undefined, tally: TrialTally): Completion | undefined {
    const exhausted =
      suggestion?.status?.exhausted === true &&
      unusedAssignments(suggestion, tally).length === 0 &&
      tally.displaced().length === 0;
    const elapsed = this.#context.clock.now().getTime() - budgetStart(experiment);
    return completionOf({ spec: experiment.spec, tally, exhausted, elapsed });
  }

  async #complete(experiment: Experiment, memory: Memory, completion: Completion): Promise<void> {
    const { clock, events } = this.#context;
    const { revision } = memory.tally;
    const status = completedStatus(experiment, memory.tally, completion, timestampOf(clock));
    if (!(await this.#write(experiment, status))) return;
    memory.pace.written(revision, clock.now().getTime());
    memory.cancelDeadline?.();
    delete memory.cancelDeadline;
    const { type, reason, message } = completion;
    events.record(experiment, type === "Failed" ? "Warning" : "Normal", reason, message, COMPONENT);
  }

  /** An experiment that has ended: its trials stop, its suggestion closes; late trials are still counted; a larger budget starts it again. */
  async #afterCompletion(key: string, experiment: Experiment, memory: Memory): Promise<void> {
    const { store, clock } = this.#context;
    const { spec } = experiment;
    const hasBudget = spec.maxTrialCount === undefined || spec.maxTrialCount > memory.tally.finished;
    if (isExperimentRestartable(experiment) && hasBudget) {
      await this.#write(experiment, restartingStatus(experiment, timestampOf(clock)));
      return;
    }
    if (spec.completionPolicy !== "FinishTrials")
      await stopTrials(store, memory.tally.newestActive(), endMessage(experiment));
    const suggestion = this.#suggestionOf(experiment);
    const conditions = suggestion?.status?.conditions;
    const isOpen = !hasCondition(conditions, "Succeeded") && !hasCondition(conditions, "Failed");
    if (suggestion !== undefined && isOpen && spec.resumePolicy !== "LongRunning")
      await commitStatus(store, SUGGESTION, suggestion, closedSuggestionStatus(suggestion, timestampOf(clock)));
    await this.#writeCounts(key, experiment, memory);
  }

  /** Writes the counts when they changed, but not more often than pays. */
  async #writeCounts(key: string, experiment: Experiment, { tally, pace }: Memory): Promise<void> {
    const { clock } = this.#context;
    const { revision } = tally;
    const wait = pace.wait(revision, tally.total, clock.now().getTime());
    if (wait === undefined) return;
    if (wait > 0) return this.queue.addAfter(key, wait);
    if (await this.#write(experiment, currentStatus(experiment, tally, timestampOf(clock))))
      pace.written(revision, clock.now().getTime());
  }

  /** @returns false when the experiment changed meanwhile: its watch calls again */
  async #write(experiment: Experiment, status: ExperimentStatus): Promise<boolean> {
    return (await commitStatus(this.#context.store, EXPERIMENT, experiment, status)) !== undefined;
  }

  #remember(key: string, experiment: Experiment): Memory {
    const uid = experiment.metadata.uid ?? "";
    const known = this.#memory.get(key);
    if (known?.uid === uid) return known;
    known?.cancelDeadline?.();
    const trials = this.#context.trials.indexed(uid).values();
    const memory: Memory = {
      uid,
      tally: new TrialTally(experiment.spec.objective ?? {}, trials),
      pace: new StatusPace(),
    };
    this.#memory.set(key, memory);
    return memory;
  }

  /** The time budget ends by a timer, not by the next event. */
  #setDeadline(key: string, experiment: Experiment, memory: Memory): void {
    const { maxDuration } = experiment.spec;
    const budget = maxDuration === undefined ? undefined : parseDuration(maxDuration);
    if (budget === undefined || memory.cancelDeadline !== undefined) return;
    const { clock } = this.#context;
    const left = budgetStart(experiment) + budget - clock.now().getTime();
    memory.cancelDeadline = clock.after(Math.max(1, left), () => {
      delete memory.cancelDeadline; // a timer may go off a little early: the pass sets it again then
      this.queue.add(key);
    });
  }

  #forget(key: string): void {
    this.#memory.get(key)?.cancelDeadline?.();
    this.#memory.delete(key);
  }

  #suggestionOf(experiment: Experiment): Suggestion | undefined {
    const suggestion = this.#context.suggestions.get(keyOf(experiment));
    return suggestion !== undefined && ownerUid(suggestion) === experiment.metadata.uid ? suggestion : undefined;
  }

  #failed(key: string, error: Error, attempt: number): void {
    const experiment = this.#context.experiments.get(keyFrom(key));
    const message = `Failed to reconcile: ${error.message}`;
    if (experiment !== undefined)
      this.#context.events.record(experiment, "Warning", "ReconcileError", message, COMPONENT);
    this.#context.onError("experiment", key, error, attempt);
  }
}

/** Why the trials of an ended experiment are stopped. */
function endMessage({ spec, status }: Experiment): string {
  const isOutOfTime = latestCondition(status?.conditions)?.reason === DURATION_REASON;
  return isOutOfTime ? durationMessage(spec.maxDuration ?? "") : ENDED_MESSAGE;
}

function suggestionFailure(suggestion: Suggestion | undefined): Completion | undefined {
  const failed = suggestion?.status?.conditions?.find(({ type, status }) => type === "Failed" && status === "True");
  if (failed === undefined) return undefined;
  const why = failed.message === undefined ? "" : `: ${failed.message}`;
  return { type: "Failed", reason: "ExperimentFailed", message: `Suggestion has failed${why}` };
}
