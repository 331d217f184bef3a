import type { StoredPod } from "@qalam/api";
import type { Container, ContainerState, ContainerStatus, PodCondition, PodStatus } from "kubernetes-types/core/v1.js";

/** What is known of one container, as the pod's status will say it. */
interface ContainerProgress {
  state: ContainerState;
  restarts: number;
  lastState?: ContainerState;
}

/** What is known of a pod while it runs. */
export interface PodProgress {
  phase: "Pending" | "Running" | "Succeeded" | "Failed";
  startTime: string | undefined;
  reason?: string;
  message?: string;
  /** Why it waits for resources, if it does. */
  unschedulable?: string;
  readonly containers: Map<string, ContainerProgress>;
}

/** The status as Kubernetes' kubelet writes it. */
export function podStatus(pod: StoredPod, progress: PodProgress, now: string): PodStatus {
  const { phase, startTime, reason, message } = progress;
  const own = pod.spec?.containers ?? [];
  const init = pod.spec?.initContainers ?? [];
  const statuses = (containers: readonly Container[]) =>
    containers.map((container) => containerStatus(container, progress));
  const isReady =
    phase === "Running" && own.every(({ name }) => progress.containers.get(name)?.state.running !== undefined);
  return {
    phase,
    conditions: conditions(progress, isReady, now),
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
    hostIP: "127.0.0.1",
    podIP: "127.0.0.1",
    qosClass: "BestEffort",
    ...(startTime !== undefined && { startTime }),
    ...(init.length > 0 && { initContainerStatuses: statuses(init) }),
    containerStatuses: statuses(own),
  };
}

function containerStatus({ name, image = "" }: Container, { containers }: PodProgress): ContainerStatus {
  const progress = containers.get(name) ?? { state: { waiting: { reason: "PodInitializing" } }, restarts: 0 };
  const { terminated, running } = progress.state;
  return {
    name,
    image,
    imageID: "",
    ready: running !== undefined || terminated?.exitCode === 0,
    started: running !== undefined,
    restartCount: progress.restarts,
    state: progress.state,
    ...(progress.lastState !== undefined && { lastState: progress.lastState }),
  };
}

function conditions({ unschedulable, phase }: PodProgress, isReady: boolean, now: string): PodCondition[] {
  if (unschedulable !== undefined)
    return [
      {
        type: "PodScheduled",
        status: "False",
        reason: "Unschedulable",
        message: unschedulable,
        lastTransitionTime: now,
      },
    ];
  const done = phase === "Succeeded" ? { reason: "PodCompleted" } : {};
  const ready = { status: isReady ? "True" : "False", lastTransitionTime: now, ...(!isReady && done) };
  return [
    { type: "PodScheduled", status: "True", lastTransitionTime: now },
    { type: "Initialized", status: "True", lastTransitionTime: now },
    { type: "ContainersReady", ...ready },
    { type: "Ready", ...ready },
  ];
}
