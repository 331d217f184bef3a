import type { StoredPod } from "@qalam/api";
import type {
  Container,
  ContainerState,
  ContainerStateTerminated,
  ContainerStatus,
  PodCondition,
  PodSpec,
  PodStatus,
} from "kubernetes-types/core/v1.js";
import type { RunEnd } from "../container/container-run.ts";
import { describeFailure } from "./describe-failure.ts";
import type { ContainerRecord, PodPlan } from "./plan-pod.ts";

/** What is known of one container, in full. */
export interface ContainerProgress extends ContainerRecord {
  /** Milliseconds; of the run that runs. */
  readonly startedAt?: number;
  readonly last?: RunEnd;
}

/** What is known of a pod. */
export interface PodProgress {
  readonly containers: ReadonlyMap<string, ContainerProgress>;
  readonly plan: PodPlan | undefined;
  /** When its first container was started. */
  readonly startTime: string | undefined;
  /** Why it was ended from outside or could not go on. */
  readonly halt: { readonly reason: string; readonly message: string } | undefined;
  /** What it waits for before it can start. */
  readonly unschedulable: string | undefined;
}

/** The status as Kubernetes' kubelet writes it. @param before the status until now @param now RFC 3339 */
export function podStatus(
  { spec }: Pick<StoredPod, "spec">,
  progress: PodProgress,
  before: PodStatus | undefined,
  now: string,
): PodStatus {
  const { plan, startTime, halt } = progress;
  const init = spec?.initContainers ?? [];
  const phase = plan?.end ?? (startTime === undefined ? "Pending" : "Running");
  const statuses = (list: readonly Container[]) => list.map((container) => containerStatus(container, progress));
  const containers = {
    ...(init.length > 0 && { initContainerStatuses: statuses(init) }),
    containerStatuses: statuses(spec?.containers ?? []),
  };
  const failure = phase === "Failed" ? (halt ?? failureOf(containers)) : halt;
  const conditions = podConditions(spec, progress, phase);
  return {
    phase,
    conditions: conditions.map((one) => withTransition(one, before?.conditions ?? [], now)),
    ...(plan?.end !== undefined && failure),
    hostIP: "127.0.0.1",
    podIP: "127.0.0.1",
    qosClass: qosClass(spec),
    ...(startTime !== undefined && { startTime }),
    ...containers,
  };
}

/** Beyond what the kubelet says: for trials that run a Pod it is the only place for the reason. */
function failureOf(containers: PodStatus): { message: string } | undefined {
  const message = describeFailure(containers);
  return message === undefined ? undefined : { message };
}

function containerStatus({ name, image = "" }: Container, { containers, plan }: PodProgress): ContainerStatus {
  const known = containers.get(name);
  const isRunning = known?.isRunning === true;
  const last = known?.last && terminated(known.last);
  const state = containerState(name, known, plan);
  return {
    name,
    image,
    imageID: "",
    ready: isRunning || (state.terminated?.exitCode === 0 && plan?.end === undefined),
    started: isRunning,
    restartCount: known?.restarts ?? 0,
    state,
    ...(last !== undefined && state.terminated === undefined && { lastState: { terminated: last } }),
  };
}

function containerState(name: string, known: ContainerProgress | undefined, plan: PodPlan | undefined): ContainerState {
  if (known?.isRunning === true) return { running: { startedAt: timestamp(known.startedAt ?? 0) } };
  const wait = plan?.backOff.get(name);
  if (wait !== undefined) {
    const message = `back-off ${Math.ceil(wait / 1000)}s restarting failed container ${name}`;
    return { waiting: { reason: "CrashLoopBackOff", message } };
  }
  if (known?.last !== undefined) return { terminated: terminated(known.last) };
  return { waiting: { reason: "PodInitializing" } };
}

function terminated({ exitCode, signal, reason, message, startedAt, finishedAt }: RunEnd): ContainerStateTerminated {
  return {
    exitCode,
    ...(signal !== undefined && { signal }),
    reason,
    ...(message !== undefined && message !== "" && { message }),
    startedAt: timestamp(startedAt),
    finishedAt: timestamp(finishedAt),
  };
}

type Condition = Pick<PodCondition, "type" | "status" | "reason" | "message">;

function podConditions(
  spec: PodSpec | undefined,
  { containers, unschedulable }: PodProgress,
  phase: string,
): Condition[] {
  if (unschedulable !== undefined)
    return [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: unschedulable }];
  const own = spec?.containers ?? [];
  const hasBegun = own.some(({ name }) => containers.has(name));
  const isReady = phase === "Running" && own.every(({ name }) => containers.get(name)?.isRunning === true);
  const why = phase === "Succeeded" ? "PodCompleted" : phase === "Failed" ? "PodFailed" : "ContainersNotReady";
  const ready = { status: isReady ? "True" : "False", ...(!isReady && { reason: why }) };
  return [
    { type: "PodScheduled", status: "True" },
    hasBegun
      ? { type: "Initialized", status: "True" }
      : { type: "Initialized", status: "False", reason: "ContainersNotInitialized" },
    { type: "Ready", ...ready },
    { type: "ContainersReady", ...ready },
  ];
}

function withTransition(condition: Condition, before: readonly PodCondition[], now: string): PodCondition {
  const same = before.find(({ type, status }) => type === condition.type && status === condition.status);
  return { ...condition, lastTransitionTime: same?.lastTransitionTime ?? now };
}

/** Kubernetes' three classes. */
function qosClass(spec: PodSpec | undefined): "Guaranteed" | "Burstable" | "BestEffort" {
  const all = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(({ resources }) => resources ?? {});
  const amounts = (of: Record<string, string> | undefined) => [of?.cpu, of?.memory];
  if (all.every(({ requests, limits }) => [...amounts(requests), ...amounts(limits)].every((one) => one === undefined)))
    return "BestEffort";
  const isGuaranteed = all.every(({ requests, limits }) =>
    amounts(limits).every((limit, i) => limit !== undefined && (amounts(requests)[i] ?? limit) === limit),
  );
  return isGuaranteed ? "Guaranteed" : "Burstable";
}

function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
