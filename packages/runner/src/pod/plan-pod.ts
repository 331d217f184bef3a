import type { Container, PodSpec } from "kubernetes-types/core/v1.js";

/** How a container's run ended, as far as the plan goes. */
export interface EndedRun {
  readonly exitCode: number;
  /** Milliseconds. */
  readonly finishedAt: number;
}

/** What is known of one container. */
export interface ContainerRecord {
  /** True while its process runs. */
  readonly isRunning: boolean;
  /** How its latest run ended; absent when it has not ended yet once. */
  readonly last?: EndedRun;
  /** Runs that ended and were followed by another one. */
  readonly restarts: number;
}

/** What a pod needs next. */
export interface PodPlan {
  /** Containers to start now. */
  readonly start: readonly Container[];
  /** Containers to stop, as those they served have ended. */
  readonly stop: readonly string[];
  /** Containers that wait before they are started again, with the time left in milliseconds. */
  readonly backOff: ReadonlyMap<string, number>;
  /** All is over. */
  readonly end?: "Succeeded" | "Failed";
}

const FIRST_RESTART_MS = 1_000;
const LONGEST_RESTART_MS = 300_000;

/** A container that only reads what the others write: it may go on for a while after them, and how it ends means nothing to the pod. */
export interface PodCollector {
  readonly name: string;
  /** How long it may go on, in milliseconds. */
  readonly grace: number;
}

/**
 * Decides what a pod needs from what is known of its containers alone, as the kubelet does: init containers one after the other, then all others at once;
 * restarts by restartPolicy with growing delays (beginning with one second instead of ten); init containers with restartPolicy Always run beside the others
 * and are stopped after them.
 * @param now milliseconds @param isStopping nothing is started any more
 */
export function planPod(
  spec: PodSpec,
  records: ReadonlyMap<string, ContainerRecord>,
  now: number,
  isStopping: boolean,
  collector?: PodCollector,
): PodPlan {
  const draft = { start: [] as Container[], stop: [] as string[], backOff: new Map<string, number>() };
  if (isStopping) {
    const isOver = ![...records.values()].some(({ isRunning }) => isRunning);
    return isOver ? { ...draft, end: "Failed" } : draft;
  }
  const advance = (container: Container, restart: RestartPolicy) => {
    const record = records.get(container.name);
    const step = nextStep(record, restart, now);
    if (step === "start") draft.start.push(container);
    else if (typeof step === "number") draft.backOff.set(container.name, step);
    return step;
  };
  const policy = (spec.restartPolicy ?? "Always") as RestartPolicy;
  /** Those that only served the others are stopped first. */
  const finish = (end: "Succeeded" | "Failed"): PodPlan => {
    const left = (spec.initContainers ?? []).filter(({ name }) => records.get(name)?.isRunning === true);
    const stop = left.map(({ name }) => name);
    return stop.length > 0 ? { ...draft, start: [], stop } : { ...draft, start: [], end };
  };
  const own = spec.containers.filter(({ name }) => name !== collector?.name);
  const hasEnded = own.every(({ name }) => nextStep(records.get(name), policy, now) === "done");
  if (hasEnded && collector !== undefined && records.get(collector.name)?.isRunning === true) {
    const left = Math.max(...own.map(({ name }) => records.get(name)?.last?.finishedAt ?? now)) + collector.grace - now;
    if (left <= 0) return { ...draft, stop: [collector.name] };
    draft.backOff.set(collector.name, left);
    return draft;
  }
  if (hasEnded)
    return finish(own.every(({ name }) => records.get(name)?.last?.exitCode === 0) ? "Succeeded" : "Failed");
  for (const container of spec.initContainers ?? []) {
    if (isSidecar(container)) advance(container, "Always");
    else {
      const step = advance(container, policy === "Never" ? "Never" : "OnFailure");
      if (step !== "done") return draft;
      if (records.get(container.name)?.last?.exitCode !== 0) return finish("Failed");
    }
  }
  for (const container of spec.containers) advance(container, container.name === collector?.name ? "Never" : policy);
  return draft;
}

type RestartPolicy = "Always" | "OnFailure" | "Never";

/** @returns milliseconds when it has to wait for its restart */
function nextStep(
  record: ContainerRecord | undefined,
  policy: RestartPolicy,
  now: number,
): "start" | "wait" | "done" | number {
  if (record?.isRunning === true) return "wait";
  if (record?.last === undefined) return "start";
  const { exitCode, finishedAt } = record.last;
  if (policy === "Never" || (policy === "OnFailure" && exitCode === 0)) return "done";
  const delay = Math.min(LONGEST_RESTART_MS, FIRST_RESTART_MS * 2 ** Math.min(record.restarts, 20));
  const elapsed = now - finishedAt;
  return elapsed < 0 || elapsed >= delay ? "start" : delay - elapsed; // a clock that was set back must not make it wait
}

function isSidecar(container: Container): boolean {
  return (container as { restartPolicy?: string }).restartPolicy === "Always";
}
