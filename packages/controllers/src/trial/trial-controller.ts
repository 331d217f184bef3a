import { findAlgorithm } from "@qalam/algorithms";
import {
  evaluateJob,
  isTrialCompleted,
  type JobVerdict,
  type KubeObject,
  keyOf,
  STOP_ANNOTATION,
  strategyOf,
  TRIAL,
  TRIAL_FINALIZER,
  type Trial,
  type TrialStatus,
} from "@qalam/api";
import { explainNoNumber } from "@qalam/collectors";
import { commitStatus, ignoreOutdated, keyFrom, textOf, timestampOf, WorkQueue } from "@qalam/runtime";
import type { ControllerContext } from "../controller-context.ts";
import { EarlyStopping } from "../early-stopping/early-stopping.ts";
import { hasStopped, RunObjects } from "./run-objects.ts";
import { isSettled, stopReason } from "./stop-reasons.ts";
import {
  endedStatus,
  type MissingObjective,
  missingObjectives,
  observedStatus,
  runningStatus,
  type TrialEnd,
  unreportedWarning,
  withJobMessage,
  withJobReason,
} from "./trial-status.ts";

const COMPONENT = "trial-controller";

/** Creates each Trial's job, reads its status, and gives the Trial its observation and conditions (Katib behaviour 3.4). The steps are in this package's README. */
export class TrialController {
  readonly queue: WorkQueue;
  readonly earlyStopping: EarlyStopping;
  readonly #context: ControllerContext;
  readonly #runs: RunObjects;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#runs = new RunObjects(context.store, context.runKinds);
    this.queue = new WorkQueue({
      process: (key) => this.#reconcile(key),
      clock: context.clock,
      onError: (key, error, attempt) => this.#failed(key, error, attempt),
      concurrency: 64,
    });
    this.earlyStopping = new EarlyStopping(context, (key) => this.queue.add(textOf(key)));
    context.trials.onChange((current) => {
      if (current !== undefined) this.queue.add(textOf(keyOf(current)));
    });
    this.#runs.onChange((key) => this.queue.add(textOf(key)));
  }

  async close(): Promise<void> {
    await this.earlyStopping.close();
    await this.queue.close();
  }

  async #reconcile(key: string): Promise<void> {
    const trial = this.#context.trials.get(keyFrom(key));
    if (trial === undefined) return;
    if (trial.metadata.deletionTimestamp !== undefined) return this.#finalize(trial);
    const job = this.#runs.find(trial);
    if (isTrialCompleted(trial)) return this.#cleanUp(trial, job);
    // A job that ended by itself counts as such, even if it was to be stopped at the same moment.
    const verdict = job === undefined ? undefined : evaluateJob(job, conditionsOf(trial));
    if (job !== undefined && verdict !== undefined && verdict.state !== "running")
      return this.#finish(trial, job, verdict);
    const stop = trial.metadata.annotations?.[STOP_ANNOTATION];
    if (stop !== undefined)
      return this.#end(trial, job, { type: "Killed", reason: stopReason(stop), message: stop }, hasStopped(job));
    const decision = this.earlyStopping.decisionFor(trial.metadata.uid ?? "");
    if (decision !== undefined) return this.#stopEarly(trial, job, decision);
    if (job === undefined) return this.#start(trial);
    return this.#markRunning(trial, job);
  }

  /** A trial that is deleted takes its observations with it. */
  async #finalize(trial: Trial): Promise<void> {
    const finalizers = trial.metadata.finalizers ?? [];
    if (!finalizers.includes(TRIAL_FINALIZER)) return;
    await this.#context.observations.delete(trial.metadata.uid ?? "");
    const metadata = { ...trial.metadata, finalizers: finalizers.filter((name) => name !== TRIAL_FINALIZER) };
    await ignoreOutdated(this.#context.store.update(TRIAL, { ...trial, metadata }));
  }

  async #start(trial: Trial): Promise<void> {
    const result = await this.#runs.start(trial);
    if (result.state === "refused")
      return this.#end(
        trial,
        undefined,
        { type: "Failed", reason: "TrialFailed", message: `Trial has failed: ${result.why}` },
        true,
      );
    if (result.state === "waiting") return; // the change of that object calls again
    this.#record(trial, "Normal", "JobCreated", `Job ${trial.metadata.name} has been created`);
    await this.#markRunning(trial);
  }

  async #markRunning(trial: Trial, job?: KubeObject): Promise<void> {
    const status = runningStatus(trial, timestampOf(this.#context.clock));
    if (status === trial.status) return;
    if (await this.#write(trial, status))
      this.#record(trial, "Normal", "JobRunning", `Job ${(job ?? trial).metadata.name} is running`);
  }

  /** The job has ended by itself. */
  async #finish(trial: Trial, job: KubeObject, verdict: JobVerdict): Promise<void> {
    const { name } = job.metadata;
    if (verdict.state === "failed") {
      const reason = withJobReason("TrialFailed", verdict);
      const message = withJobMessage("Trial has failed", verdict);
      await this.#end(trial, job, { type: "Failed", reason, message }, true);
      const why = [verdict.message, verdict.reason].filter((text) => text !== undefined).join(" ");
      this.#record(trial, "Normal", "JobFailed", `Job ${name} has failed. ${why}`.trim());
      return;
    }
    const observed = await this.#observed(trial);
    const missing = missingObjectives(observed, trial.spec.objective ?? {}, this.#takesText(trial));
    if (missing.length === 0) {
      const reason = withJobReason("TrialSucceeded", verdict);
      const message = withJobMessage("Trial has succeeded", verdict);
      await this.#end(trial, job, { type: "Succeeded", reason, message }, true);
      this.#record(trial, "Normal", "JobSucceeded", `Job ${name} has succeeded`);
      const warning = unreportedWarning(observed, trial.spec.objective);
      if (warning !== undefined) this.#record(trial, "Warning", "MetricsMissing", warning);
      return;
    }
    const why = await this.#whyMissing(trial, missing);
    const reason = withJobReason("MetricsUnavailable", verdict);
    const message = `Metrics are not available: ${why}`;
    await this.#end(trial, job, { type: "MetricsUnavailable", reason, message }, true);
    this.#record(trial, "Warning", "MetricsUnavailable", `Metrics are not available for Job ${name}: ${why}`);
  }

  /** Algorithms of others, and searches for architectures, may understand text; ours need numbers. */
  #takesText({ metadata }: Trial): boolean {
    const name = metadata.ownerReferences?.[0]?.name ?? "";
    const spec = this.#context.experiments.get({ namespace: metadata.namespace ?? "", name })?.spec;
    return spec?.nasConfig !== undefined || findAlgorithm(spec?.algorithm?.algorithmName ?? "") === undefined;
  }

  async #whyMissing(trial: Trial, missing: readonly MissingObjective[]): Promise<string> {
    const { objective = {} } = trial.spec;
    const absent = missing.filter(({ observed }) => observed === undefined).map(({ name }) => name);
    const reasons = missing.flatMap(
      ({ name, observed }) => (observed && explainNoNumber(observed, strategyOf(objective, name))) ?? [],
    );
    if (absent.includes(objective.objectiveMetricName ?? "")) reasons.unshift(await this.#whyAbsent(trial));
    else if (absent.length > 0) reasons.unshift(`no value was reported of ${absent.join(", ")}`);
    return reasons.join("; ");
  }

  /** Why nothing was reported of the main objective. */
  #whyAbsent(trial: Trial): Promise<string> {
    return this.#context.explainMissingMetric(trial).catch((error: Error) => {
      this.#context.onError("trial", textOf(keyOf(trial)), error, 1);
      return `no value was reported of ${trial.spec.objective?.objectiveMetricName}`;
    });
  }

  async #stopEarly(trial: Trial, job: KubeObject | undefined, why: string): Promise<void> {
    const message = `Trial is early stopped: ${why}`;
    await this.#end(trial, job, { type: "EarlyStopped", reason: "TrialEarlyStopped", message }, hasStopped(job));
    this.#record(trial, "Normal", "TrialEarlyStopped", message);
  }

  /** A stopped trial frees its place at once; when its processes have ended its observation is final and it is settled. */
  async #cleanUp(trial: Trial, job: KubeObject | undefined): Promise<void> {
    if (job !== undefined && !hasStopped(job)) return this.#runs.stop(job);
    if (!isSettled(trial)) {
      const observed = await this.#observed(trial);
      await this.#write(trial, { ...observed, completionTime: timestampOf(this.#context.clock) });
    } else if (job !== undefined && this.#context.deleteFinishedJobs && trial.spec.retainRun !== true) {
      if (await this.#runs.remove(job))
        this.#record(trial, "Normal", "JobDeleted", `Job ${job.metadata.name} has been deleted`);
    }
  }

  async #end(trial: Trial, job: KubeObject | undefined, end: TrialEnd, settled: boolean): Promise<void> {
    const observed = await this.#observed(trial);
    const status = endedStatus(observed, end, settled, timestampOf(this.#context.clock));
    const isWritten = await this.#write(trial, status);
    if (isWritten && !settled && job !== undefined) await this.#runs.stop(job);
  }

  async #observed(trial: Trial): Promise<TrialStatus> {
    return observedStatus(trial, await this.#context.observations.summarize(trial.metadata.uid ?? ""));
  }

  /** @returns false when the trial changed meanwhile: its watch calls again */
  async #write(trial: Trial, status: TrialStatus): Promise<boolean> {
    return (await commitStatus(this.#context.store, TRIAL, trial, status)) !== undefined;
  }

  #record(trial: Trial, type: "Normal" | "Warning", reason: string, message: string): void {
    this.#context.events.record(trial, type, reason, message, COMPONENT);
  }

  #failed(key: string, error: Error, attempt: number): void {
    const trial = this.#context.trials.get(keyFrom(key));
    if (trial !== undefined) this.#record(trial, "Warning", "ReconcileError", `Failed to reconcile: ${error.message}`);
    this.#context.onError("trial", key, error, attempt);
  }
}

function conditionsOf({ spec }: Trial): { success: string | undefined; failure: string | undefined } {
  return { success: spec.successCondition, failure: spec.failureCondition };
}
