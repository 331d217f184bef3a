import {
  evaluateJob,
  isTrialCompleted,
  JOB,
  type JobVerdict,
  type KubeObject,
  kindOf,
  objectiveValue,
  PAUSED_REASON,
  type ResourceKind,
  STOP_ANNOTATION,
  type StoredJob,
  setCondition,
  TRIAL,
  TRIAL_FINALIZER,
  type Trial,
  type TrialStatus,
  UNAVAILABLE,
  wantedStrategies,
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
import { InvalidRequestError } from "@qalam/store";
import type { ControllerContext } from "../controller-context.ts";
import { PAUSE_MESSAGE } from "../experiment/experiment-controller.ts";
import { controllerReference } from "../experiment/new-trial.ts";

/** Creates each Trial's job, reads its status, and gives the Trial its observation and conditions (Katib behaviour 3.4). */
export class TrialController {
  readonly #context: ControllerContext;
  readonly #queue: WorkQueue;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#queue = new WorkQueue({
      process: (key) => this.#reconcile(key),
      clock: context.clock,
      onError: (key, error, attempt) => this.#failed(key, error, attempt),
      concurrency: 64,
    });
    context.trials.onChange((current) => {
      if (current !== undefined)
        this.#queue.add(textOf({ namespace: current.metadata.namespace ?? "", name: current.metadata.name }));
    });
    context.jobs.onChange((current, previous) => {
      const { metadata } = (current ?? previous) as StoredJob;
      const owner = metadata.ownerReferences?.find(({ kind }) => kind === "Trial");
      if (owner !== undefined) this.#queue.add(textOf({ namespace: metadata.namespace ?? "", name: owner.name }));
    });
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }

  async #reconcile(key: string): Promise<void> {
    const trial = this.#context.trials.get(keyFrom(key));
    if (trial === undefined) return;
    if (trial.metadata.deletionTimestamp !== undefined) return this.#finalize(trial);
    const job = this.#jobOf(trial);
    if (isTrialCompleted(trial)) return this.#stopJob(job);
    const stop = trial.metadata.annotations?.[STOP_ANNOTATION];
    if (stop !== undefined) return this.#kill(trial, stop);
    if (job === undefined) return this.#start(trial);
    const verdict = evaluateJob(job, { success: trial.spec.successCondition, failure: trial.spec.failureCondition });
    if (verdict.state === "running") return this.#markRunning(trial);
    await this.#finish(trial, job, verdict);
  }

  /** A trial that is deleted takes its observations with it. */
  async #finalize(trial: Trial): Promise<void> {
    const finalizers = trial.metadata.finalizers ?? [];
    if (!finalizers.includes(TRIAL_FINALIZER)) return;
    await this.#context.observations.delete(trial.metadata.uid ?? "");
    await ignoreOutdated(
      this.#context.store.update(TRIAL, {
        ...trial,
        metadata: { ...trial.metadata, finalizers: finalizers.filter((name) => name !== TRIAL_FINALIZER) },
      }),
    );
  }

  async #start(trial: Trial): Promise<void> {
    const { store, events } = this.#context;
    const runSpec = { ...trial.spec.runSpec } as unknown as KubeObject;
    const kind = kindOf(runSpec);
    if (kind === undefined)
      return this.#reject(trial, `this home has no ${runSpec.kind} (${runSpec.apiVersion}); it runs Job and Pod`);
    const job = { ...runSpec, metadata: { ...runSpec.metadata, ownerReferences: [controllerReference(trial)] } };
    let created: KubeObject | undefined;
    try {
      created = await ignoreAlreadyExists(store.create(kind as ResourceKind, job));
    } catch (error) {
      if (!(error instanceof InvalidRequestError)) throw error;
      return this.#reject(trial, `the job was refused: ${error.message}`);
    }
    if (created !== undefined)
      events.record(trial, "Normal", "JobCreated", `Job ${job.metadata.name} has been created`, "trial-controller");
    await this.#markRunning(trial);
  }

  async #markRunning(trial: Trial): Promise<void> {
    const now = timestampOf(this.#context.clock);
    const created = setCondition(
      trial.status?.conditions,
      { type: "Created", status: "True", reason: "TrialCreated", message: "Trial is created" },
      now,
    );
    const conditions = setCondition(
      created,
      { type: "Running", status: "True", reason: "TrialRunning", message: "Trial is running" },
      now,
    );
    if (conditions === trial.status?.conditions) return;
    await this.#write(trial, { ...trial.status, startTime: trial.status?.startTime ?? now, conditions });
  }

  async #finish(trial: Trial, job: KubeObject, verdict: JobVerdict): Promise<void> {
    const observed = await this.#observed(trial);
    const suffix = (text: string) =>
      `${text}${verdict.message === undefined ? "" : `. Job message: ${verdict.message}`}`;
    const reason = (text: string) => `${text}${verdict.reason === undefined ? "" : `. Job reason: ${verdict.reason}`}`;
    const { events } = this.#context;
    if (verdict.state === "failed") {
      await this.#complete(trial, observed, "Failed", reason("TrialFailed"), suffix("Trial has failed"));
      events.record(
        trial,
        "Normal",
        "JobFailed",
        `Job ${job.metadata.name} has failed. ${verdict.message ?? ""} ${verdict.reason ?? ""}`.trim(),
        "trial-controller",
      );
      return;
    }
    const objective = trial.spec.objective ?? {};
    const latest = {
      ...objective,
      metricStrategies: [{ name: objective.objectiveMetricName ?? "", value: "latest" as const }],
    };
    if (objectiveValue(observed.observation?.metrics, latest) !== UNAVAILABLE) {
      await this.#complete(trial, observed, "Succeeded", reason("TrialSucceeded"), suffix("Trial has succeeded"));
      events.record(trial, "Normal", "JobSucceeded", `Job ${job.metadata.name} has succeeded`, "trial-controller");
      return;
    }
    const why = await this.#context.explainMissingMetric(trial);
    await this.#complete(
      trial,
      observed,
      "MetricsUnavailable",
      reason("MetricsUnavailable"),
      `Metrics are not available: ${why}`,
    );
    events.record(
      trial,
      "Warning",
      "MetricsUnavailable",
      `Metrics are not available for Job ${job.metadata.name}: ${why}`,
      "trial-controller",
    );
  }

  async #kill(trial: Trial, message: string): Promise<void> {
    await this.#complete(
      trial,
      await this.#observed(trial),
      "Killed",
      message === PAUSE_MESSAGE ? PAUSED_REASON : "TrialKilled",
      message,
    );
  }

  async #reject(trial: Trial, message: string): Promise<void> {
    await this.#complete(trial, trial.status ?? {}, "Failed", "TrialFailed", `Trial has failed: ${message}`);
  }

  async #complete(trial: Trial, status: TrialStatus, type: string, reason: string, message: string): Promise<void> {
    const now = timestampOf(this.#context.clock);
    const running = status.conditions?.find((condition) => condition.type === "Running");
    const stopped =
      running === undefined
        ? status.conditions
        : setCondition(
            status.conditions,
            { type: "Running", status: "False", reason: "TrialRunning", message: "Trial is running" },
            now,
          );
    await this.#write(trial, {
      ...status,
      startTime: status.startTime ?? now,
      completionTime: now,
      conditions: setCondition(stopped, { type, status: "True", reason, message }, now),
    });
  }

  /** The trial's status with what was observed of the metrics that have a strategy. */
  async #observed(trial: Trial): Promise<TrialStatus> {
    const wanted = wantedStrategies(trial.spec.objective ?? {});
    const summaries = await this.#context.observations.summarize(trial.metadata.uid ?? "");
    const metrics = wanted.flatMap((name) => summaries.find((metric) => metric.name === name) ?? []);
    return metrics.length === 0 ? (trial.status ?? {}) : { ...trial.status, observation: { metrics } };
  }

  /** A trial that is over needs no process: a suspended Job stops its pods and keeps them readable. */
  async #stopJob(job: KubeObject | undefined): Promise<void> {
    if (job === undefined || kindOf(job)?.kind !== JOB.kind) return;
    const { spec, status, metadata } = job as StoredJob;
    const isOver =
      status?.conditions?.some(
        ({ type, status: holds }) => (type === "Complete" || type === "Failed") && holds === "True",
      ) === true;
    if (isOver || spec?.suspend === true) return;
    await ignoreNotFound(
      this.#context.store.patch(
        JOB,
        { namespace: metadata.namespace ?? "", name: metadata.name },
        { spec: { suspend: true } },
      ),
    );
  }

  #jobOf(trial: Trial): KubeObject | undefined {
    const job = this.#context.jobs.get({ namespace: trial.metadata.namespace ?? "", name: trial.metadata.name });
    return job !== undefined && ownerUid(job) === trial.metadata.uid ? (job as unknown as KubeObject) : undefined;
  }

  async #write(trial: Trial, status: TrialStatus): Promise<void> {
    await ignoreOutdated(this.#context.store.updateStatus(TRIAL, { ...trial, status }));
  }

  #failed(key: string, error: Error, attempt: number): void {
    const trial = this.#context.trials.get(keyFrom(key));
    if (trial !== undefined)
      this.#context.events.record(
        trial,
        "Warning",
        "ReconcileError",
        `Failed to reconcile: ${error.message}`,
        "trial-controller",
      );
    this.#context.onError("trial", key, error, attempt);
  }
}
