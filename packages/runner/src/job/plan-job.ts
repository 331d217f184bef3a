import type { StoredJob, StoredPod } from "@qalam/api";
import type { JobCondition, JobStatus } from "kubernetes-types/batch/v1.js";

/** What a Job needs next. */
export interface JobPlan {
  /** Pods to make now. */
  readonly create: number;
  /** Pods to stop, with the reason for their status. */
  readonly stop: readonly StoredPod[];
  readonly stopMessage: string;
  readonly status: JobStatus;
  /** Look again after this many milliseconds: a retry or the deadline is due then. */
  readonly again: number | undefined;
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 360_000;
/** What is already decided stays decided. */
const finalTypes = new Set(["Complete", "Failed"]);

/**
 * Decides what a Job needs, as Kubernetes' Job controller does, from its spec and its pods alone. Differences: backoffLimit is 0 when not given, as a training
 * that fails will most often fail again, and a suspended Job's pods are stopped but stay, so that their logs can be read.
 * @param now milliseconds
 */
export function planJob(job: StoredJob, pods: readonly StoredPod[], now: number): JobPlan {
  const { spec } = job;
  const active = pods.filter(isActive);
  const succeeded = pods.filter(({ status }) => status?.phase === "Succeeded").length;
  const failedPods = pods.filter(({ status }) => status?.phase === "Failed");
  const startTime = job.status?.startTime ?? timestamp(now);
  const counts: JobStatus = {
    startTime,
    ...some("active", active.length),
    ...some("ready", active.filter(({ status }) => status?.phase === "Running").length),
    ...some("succeeded", succeeded),
    ...some("failed", failedPods.length),
  };
  const plan = (part: Partial<JobPlan> & { conditions?: JobCondition[] }): JobPlan => ({
    create: part.create ?? 0,
    stop: part.stop ?? [],
    stopMessage: part.stopMessage ?? "",
    again: part.again,
    status: { ...counts, ...part.status, ...withConditions(job, part.conditions, now) },
  });
  if (job.status?.conditions?.some(({ type, status }) => finalTypes.has(type) && status === "True"))
    return { create: 0, stop: active, stopMessage: "the job has ended", status: job.status, again: undefined };
  const completions = spec?.completions ?? spec?.parallelism ?? 1;
  if (succeeded >= completions)
    return plan({
      status: { completionTime: timestamp(now) },
      conditions: [condition("Complete", "CompletionsReached", "Reached expected number of succeeded pods", now)],
    });
  const failure = failureOf(job, pods, failedPods, Date.parse(startTime), now);
  if (failure !== undefined) return plan({ stop: active, stopMessage: failure.message ?? "", conditions: [failure] });
  if (spec?.suspend === true)
    return plan({
      stop: active,
      stopMessage: "the job is suspended",
      conditions: [condition("Suspended", "JobSuspended", "Job suspended", now)],
    });
  const wait = retryWait(failedPods, now);
  const deadline =
    spec?.activeDeadlineSeconds === undefined
      ? undefined
      : Date.parse(startTime) + spec.activeDeadlineSeconds * 1000 - now;
  const create = wait > 0 ? 0 : Math.max(0, Math.min(spec?.parallelism ?? 1, completions - succeeded) - active.length);
  return plan({ create, again: soonest(wait > 0 ? wait : undefined, deadline) });
}

/** Not over and not being deleted. */
function isActive({ status, metadata }: StoredPod): boolean {
  return status?.phase !== "Succeeded" && status?.phase !== "Failed" && metadata.deletionTimestamp === undefined;
}

function failureOf(
  { spec }: StoredJob,
  pods: readonly StoredPod[],
  failedPods: readonly StoredPod[],
  start: number,
  now: number,
): JobCondition | undefined {
  if (spec?.activeDeadlineSeconds !== undefined && now - start >= spec.activeDeadlineSeconds * 1000) {
    return condition(
      "Failed",
      "DeadlineExceeded",
      `Job was active longer than specified deadline (${spec.activeDeadlineSeconds} s)`,
      now,
    );
  }
  const restarts = pods.reduce(
    (sum, { status }) =>
      sum + (status?.containerStatuses ?? []).reduce((total, { restartCount }) => total + restartCount, 0),
    0,
  );
  const limit = spec?.backoffLimit ?? 0;
  const hopeless = failedPods.find(
    ({ status }) => status?.reason === "UnschedulableOnThisMachine" || status?.reason === "CreateContainerConfigError",
  );
  if (hopeless !== undefined) return condition("Failed", hopeless.status?.reason ?? "", describeFailure(hopeless), now);
  const counted = failedPods.length + (restarts > limit ? restarts : 0);
  if (counted <= limit) return undefined;
  const last = failedPods.at(-1) ?? pods.at(-1);
  return condition(
    "Failed",
    failedPods.some(wasOutOfMemory) ? "OOMKilled" : "BackoffLimitExceeded",
    `Job has reached the specified backoff limit${last === undefined ? "" : `: ${describeFailure(last)}`}`,
    now,
  );
}

function wasOutOfMemory({ status }: StoredPod): boolean {
  return status?.containerStatuses?.some(({ state }) => state?.terminated?.reason === "OOMKilled") === true;
}

/** Which container failed, how, and its last words. */
function describeFailure({ metadata, status }: StoredPod): string {
  if (status?.message !== undefined) return status.message;
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const failed = all.find(
    ({ state, lastState }) =>
      (state?.terminated ?? lastState?.terminated)?.exitCode !== 0 &&
      (state?.terminated ?? lastState?.terminated) !== undefined,
  );
  const ended = failed?.state?.terminated ?? failed?.lastState?.terminated;
  if (failed === undefined || ended === undefined) return `pod ${metadata.name} failed`;
  const how =
    ended.reason === "OOMKilled"
      ? "was killed for using more memory than its limit"
      : ended.signal !== undefined
        ? `was ended by signal ${ended.signal}`
        : `exited with status ${ended.exitCode}`;
  return `container ${failed.name} ${how}${ended.message === undefined ? "" : `: ${ended.message}`}`;
}

/** Milliseconds until the next try after failures, from the end of the last one. */
function retryWait(failedPods: readonly StoredPod[], now: number): number {
  const ends = failedPods.flatMap(({ status }) =>
    (status?.containerStatuses ?? [])
      .map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? ""))
      .filter((time) => !Number.isNaN(time)),
  );
  if (failedPods.length === 0 || ends.length === 0) return 0;
  return Math.max(...ends) + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failedPods.length - 1)) - now;
}

function condition(type: string, reason: string, message: string, now: number): JobCondition {
  return { type, status: "True", reason, message, lastProbeTime: timestamp(now), lastTransitionTime: timestamp(now) };
}

/** New conditions join those there are; one that is there already stays as it is. A job that goes on is no longer suspended. */
function withConditions(
  { status, spec }: StoredJob,
  added: readonly JobCondition[] | undefined,
  now: number,
): { conditions?: JobCondition[] } {
  const kept = (status?.conditions ?? []).map((one) =>
    one.type === "Suspended" && spec?.suspend !== true && one.status === "True"
      ? { ...one, status: "False", reason: "JobResumed", message: "Job resumed", lastTransitionTime: timestamp(now) }
      : one,
  );
  const news = (added ?? []).filter(({ type }) => !kept.some((one) => one.type === type && one.status === "True"));
  const conditions = [...kept.filter(({ type }) => !news.some((one) => one.type === type)), ...news];
  return conditions.length === 0 ? {} : { conditions };
}

function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

function some<K extends string>(key: K, count: number): { [k in K]?: number } {
  return count > 0 ? ({ [key]: count } as { [k in K]?: number }) : {};
}

function soonest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time): time is number => time !== undefined);
  return known.length === 0 ? undefined : Math.max(0, Math.min(...known));
}
