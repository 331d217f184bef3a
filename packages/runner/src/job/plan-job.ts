import { STOP_ANNOTATION, type StoredJob, type StoredPod } from "@qalam/api";
import type { JobCondition, JobStatus } from "kubernetes-types/batch/v1.js";
import { describeFailure } from "../pod/describe-failure.ts";
import { timestamp, withConditions } from "./job-conditions.ts";
import { INDEX_ANNOTATION, type PodNumber, podName } from "./new-pod.ts";
import { failureAction } from "./pod-failure-policy.ts";

/** What a Job needs next. */
export interface JobPlan {
  /** Pods to make now. */
  readonly create: readonly PodNumber[];
  /** Pods to stop, with the reason for their status. */
  readonly stop: readonly StoredPod[];
  readonly stopMessage: string;
  readonly status: JobStatus;
  /** The time it was to be kept after its end is over. */
  readonly remove: boolean;
  /** Look again after this many milliseconds: a retry or a deadline is due then. */
  readonly again: number | undefined;
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 360_000;
/** A pod that ends sooner costs no write of the job's `ready`. */
const READY_AFTER_MS = 1_000;
/** Pods stopped with it did not fail. */
const SUSPENDED = "the job is suspended";
/** Failures another try would not mend. */
const hopelessReasons = new Set(["UnschedulableOnThisMachine", "CreateContainerConfigError", "StartError"]);

type Failure = Required<Pick<JobCondition, "reason" | "message">>;

/**
 * Decides what a Job needs, as Kubernetes' Job controller does, from its spec and its pods alone. Differences: backoffLimit is 0 when not given, as a
 * training that fails will most often fail again; retries wait one second at first instead of ten; and a suspended Job's pods are stopped but stay, so that
 * their logs can be read.
 * @param now milliseconds
 */
export function planJob(job: StoredJob, pods: readonly StoredPod[], now: number): JobPlan {
  const count = countPods(job, pods, now);
  const { spec, status: before } = job;
  const ended = before?.conditions?.find(
    ({ type, status }) => (type === "Complete" || type === "Failed") && status === "True",
  );
  if (ended !== undefined) return planEnded(job, count.active, ended, now);
  const plan = new Draft(job, count, now);
  if (count.isDone) {
    if (count.active.length > 0)
      return plan.stopping("the job is complete", ["SuccessCriteriaMet", "CompletionsReached", COMPLETE]);
    return plan.ending(["Complete", "CompletionsReached", COMPLETE]);
  }
  const failure = decidedFailure(job) ?? failureOf(job, count, now);
  if (failure !== undefined) {
    // Failed means that nothing runs any more; until then the target says where it goes.
    if (count.active.length > 0)
      return plan.stopping(failure.message, ["FailureTarget", failure.reason, failure.message]);
    return plan.ending(["Failed", failure.reason, failure.message]);
  }
  if (spec?.suspend === true) return plan.stopping(SUSPENDED, ["Suspended", "JobSuspended", "Job suspended"]);
  return plan.running();
}

const COMPLETE = "Reached expected number of succeeded pods";

/** A job that has ended: what still runs is stopped, and after its time to live it goes. */
function planEnded(
  job: StoredJob,
  active: readonly StoredPod[],
  { lastTransitionTime }: JobCondition,
  now: number,
): JobPlan {
  const { ttlSecondsAfterFinished: ttl } = job.spec ?? {};
  const left = ttl === undefined ? undefined : Date.parse(lastTransitionTime ?? "") + ttl * 1000 - now;
  return {
    create: [],
    stop: active,
    stopMessage: "the job has ended",
    status: job.status ?? {},
    remove: left !== undefined && left <= 0,
    again: left !== undefined && left > 0 ? left : undefined,
  };
}

/** The pods of a job by what they mean for it. */
interface PodCount {
  readonly all: readonly StoredPod[];
  readonly active: readonly StoredPod[];
  /** Those that count. */
  readonly failed: readonly StoredPod[];
  readonly succeeded: number;
  /** Indexes that succeeded, of an Indexed job. */
  readonly completed: ReadonlySet<number>;
  readonly ready: number;
  /** Milliseconds until the next pod counts as ready. */
  readonly readyIn: number | undefined;
  readonly isDone: boolean;
}

function countPods(job: StoredJob, pods: readonly StoredPod[], now: number): PodCount {
  const { spec, status } = job;
  const active = pods.filter(isActive);
  const successes = pods.filter((pod) => pod.status?.phase === "Succeeded");
  const completed = new Set(successes.flatMap((pod) => indexOf(pod) ?? []));
  const isIndexed = spec?.completionMode === "Indexed";
  // Somebody may have deleted pods that were counted before.
  const succeeded = isIndexed ? completed.size : Math.max(status?.succeeded ?? 0, successes.length);
  const failed = pods.filter(
    (pod) => pod.status?.phase === "Failed" && !wasStopped(pod) && failureAction(job, pod) !== "Ignore",
  );
  const ages = active
    .filter((pod) => pod.status?.phase === "Running")
    .map((pod) => now - Date.parse(pod.status?.startTime ?? ""));
  const young = ages.filter((age) => age < READY_AFTER_MS);
  return {
    all: pods,
    active,
    failed,
    succeeded,
    completed,
    ready: ages.length - young.length,
    readyIn: young.length === 0 ? undefined : READY_AFTER_MS - Math.max(...young),
    // Without completions one success is enough, but those that still run may end (Kubernetes' work queues).
    isDone:
      spec?.completions === undefined && !isIndexed
        ? succeeded > 0 && active.length === 0
        : succeeded >= (spec?.completions ?? 1),
  };
}

/** Ended by a suspension or by somebody who deleted it: that is no failure of the training. */
function wasStopped({ metadata, status }: StoredPod): boolean {
  const isDeleted = metadata.deletionTimestamp !== undefined && status?.reason === "Terminated";
  return isDeleted || metadata.annotations?.[STOP_ANNOTATION] === SUSPENDED;
}

/** Not over and not being deleted. */
function isActive({ status, metadata }: StoredPod): boolean {
  return status?.phase !== "Succeeded" && status?.phase !== "Failed" && metadata.deletionTimestamp === undefined;
}

/** What was decided before stays decided. */
function decidedFailure({ status }: StoredJob): Failure | undefined {
  const target = status?.conditions?.find(({ type, status: holds }) => type === "FailureTarget" && holds === "True");
  return target && { reason: target.reason ?? "", message: target.message ?? "" };
}

function failureOf(job: StoredJob, { all, failed }: PodCount, now: number): Failure | undefined {
  const { spec, status } = job;
  if (spec?.template?.spec?.restartPolicy === "Always")
    return {
      reason: "InvalidPodTemplate",
      message:
        'spec.template.spec.restartPolicy: "Always" is not possible for a Job: it would never end; write Never or OnFailure',
    };
  const start = Date.parse(status?.startTime ?? "");
  if (spec?.activeDeadlineSeconds !== undefined && now - start >= spec.activeDeadlineSeconds * 1000)
    return {
      reason: "DeadlineExceeded",
      message: `Job was active longer than specified deadline (${spec.activeDeadlineSeconds} s)`,
    };
  const hopeless = failed.find((pod) => hopelessReasons.has(pod.status?.reason ?? ""));
  if (hopeless !== undefined) return { reason: hopeless.status?.reason ?? "", message: whyFailed(hopeless) };
  const final = failed.find((pod) => failureAction(job, pod) === "FailJob");
  if (final !== undefined)
    return { reason: "PodFailurePolicy", message: `podFailurePolicy ends the job: ${whyFailed(final)}` };
  const failures = Math.max(status?.failed ?? 0, failed.length) + failuresOf(all.filter(isActive));
  if (failures <= (spec?.backoffLimit ?? 0)) return undefined;
  const last = failed.at(-1) ?? all.find((pod) => failuresOf([pod]) > 0) ?? all.at(-1);
  const why = last === undefined ? "" : `: ${whyFailed(last)}`;
  return { reason: "BackoffLimitExceeded", message: `Job has reached the specified backoff limit${why}` };
}

/** Runs that failed in pods that restart their containers themselves. */
function failuresOf(pods: readonly StoredPod[]): number {
  const containers = pods.flatMap(({ status }) => [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
  ]);
  return containers.reduce(
    (sum, { restartCount, state }) => sum + restartCount + (state?.waiting?.reason === "CrashLoopBackOff" ? 1 : 0),
    0,
  );
}

/** Puts a plan together. */
class Draft {
  readonly #job: StoredJob;
  readonly #count: PodCount;
  readonly #now: number;

  constructor(job: StoredJob, count: PodCount, now: number) {
    this.#job = job;
    this.#count = count;
    this.#now = now;
  }

  running(): JobPlan {
    const { spec, status } = this.#job;
    const { active, failed, readyIn } = this.#count;
    const wait = retryWait(failed, this.#now);
    const create = wait > 0 ? [] : this.#missing();
    const start = Date.parse(status?.startTime ?? timestamp(this.#now));
    const deadline =
      spec?.activeDeadlineSeconds === undefined ? undefined : start + spec.activeDeadlineSeconds * 1000 - this.#now;
    const again = soonest(wait > 0 ? wait : undefined, deadline, readyIn);
    return this.#plan({ create, again }, active.length + create.length);
  }

  stopping(message: string, condition: NewCondition): JobPlan {
    return this.#plan({ stop: this.#count.active, stopMessage: message }, this.#count.active.length, condition);
  }

  ending(condition: NewCondition): JobPlan {
    const plan = this.#plan({}, 0, condition);
    const completionTime = condition[0] === "Complete" ? { completionTime: timestamp(this.#now) } : {};
    const { ttlSecondsAfterFinished: ttl } = this.#job.spec ?? {};
    return {
      ...plan,
      status: { ...plan.status, ...completionTime },
      again: ttl === undefined ? undefined : ttl * 1000,
    };
  }

  /** The pods to make, numbered as no pod there is. */
  #missing(): PodNumber[] {
    const { spec } = this.#job;
    const { all, active, succeeded, completed } = this.#count;
    const parallelism = spec?.parallelism ?? 1;
    const names = new Set(all.map(({ metadata }) => metadata.name));
    const free = (index?: number): PodNumber => {
      for (let number = 0; ; number++) {
        const which = { number, ...(index !== undefined && { index }) };
        const name = podName(this.#job, which);
        if (names.has(name)) continue;
        names.add(name);
        return which;
      }
    };
    if (spec?.completionMode === "Indexed") {
      const taken = new Set([...completed, ...active.flatMap((pod) => indexOf(pod) ?? [])]);
      const open = Array.from({ length: spec.completions ?? 1 }, (_, index) => index).filter(
        (index) => !taken.has(index),
      );
      return open.slice(0, Math.max(0, parallelism - active.length)).map(free);
    }
    // A work queue that has had its first success is given no more workers.
    const wanted =
      spec?.completions === undefined
        ? succeeded > 0
          ? 0
          : parallelism
        : Math.min(parallelism, spec.completions - succeeded);
    return Array.from({ length: Math.max(0, wanted - active.length) }, () => free());
  }

  #plan(part: Partial<JobPlan>, active: number, condition?: NewCondition): JobPlan {
    const { failed, succeeded, completed, ready } = this.#count;
    const { status } = this.#job;
    const conditions = withConditions(this.#job, condition, this.#now);
    return {
      create: [],
      stop: [],
      stopMessage: "",
      remove: false,
      again: undefined,
      ...part,
      status: {
        startTime: status?.startTime ?? timestamp(this.#now),
        ...some("active", active),
        ...some("ready", Math.min(ready, active)),
        ...some("succeeded", succeeded),
        ...some("failed", Math.max(status?.failed ?? 0, failed.length)),
        ...(completed.size > 0 && { completedIndexes: ranges([...completed]) }),
        ...(conditions.length > 0 && { conditions }),
      },
    };
  }
}

/** Type, reason, message. */
type NewCondition = readonly [type: string, reason: string, message: string];

/** Milliseconds until the next try after failures, from the end of the last one. */
function retryWait(failed: readonly StoredPod[], now: number): number {
  const ends = failed.flatMap(({ status }) =>
    (status?.containerStatuses ?? [])
      .map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? ""))
      .filter((time) => !Number.isNaN(time)),
  );
  if (ends.length === 0) return 0;
  const delay = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failed.length - 1, 20));
  const elapsed = now - Math.max(...ends);
  return elapsed < 0 ? 0 : delay - elapsed; // a clock that was set back must not make it wait
}

function indexOf({ metadata }: StoredPod): number | undefined {
  const text = metadata.annotations?.[INDEX_ANNOTATION];
  return text === undefined ? undefined : Number(text);
}

/** `0-2,5`. */
function ranges(indexes: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else runs.push([index, index]);
  }
  return runs.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(",");
}

function some<K extends string>(key: K, count: number): { [k in K]?: number } {
  return count > 0 ? ({ [key]: count } as { [k in K]?: number }) : {};
}

function soonest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time): time is number => time !== undefined);
  return known.length === 0 ? undefined : Math.max(0, Math.min(...known));
}

function whyFailed({ metadata, status = {} }: StoredPod): string {
  return status.message ?? describeFailure(status) ?? `pod ${metadata.name} failed`;
}
