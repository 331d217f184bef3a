import { keyOf, POD, STOP_ANNOTATION, type StoredPod } from "@qalam/api";
import { type Informer, ignoreOutdated, keyFrom, textOf, WorkQueue } from "@qalam/runtime";
import type { RunningContainers } from "../logs/file-logs.ts";
import type { RunnerContext } from "../runner-context.ts";
import { endLeftovers } from "./end-leftovers.ts";
import { PodFiles } from "./pod-files.ts";
import { PodRun } from "./pod-run.ts";

/** Keeps a pod's object until its processes have ended. */
export const PROCESS_FINALIZER = "qalam.dev/processes";

/** The laptop's kubelet: one PodRun for each pod that is not over. */
export class PodController implements RunningContainers {
  readonly #context: RunnerContext;
  readonly #pods: Informer<StoredPod>;
  readonly #queue: WorkQueue;
  readonly #runs = new Map<string, PodRun>();
  /** Pods that have ended, which the cache has not seen yet. */
  readonly #ended = new Set<string>();

  constructor(context: RunnerContext, pods: Informer<StoredPod>) {
    this.#context = context;
    this.#pods = pods;
    this.#queue = new WorkQueue({
      process: (key) => this.#reconcile(key),
      clock: context.clock,
      onError: (key, error) => context.onError(`pod ${key}`, error),
      concurrency: 64,
    });
  }

  /** Begins, once all pods have been seen, with what ran before, as that holds its resources already. */
  start(): void {
    const pods = [...this.#pods.list()];
    const unfinished = new Set(pods.filter((pod) => !isOver(pod)).map(({ metadata }) => metadata.uid));
    endLeftovers(this.#context.dataDirectory, ({ uid, isLatest }) => !unfinished.has(uid) || !isLatest);
    const known = pods.map((pod) => ({ pod, hasBegun: !isOver(pod) && this.#filesOf(pod).hasBegun }));
    known.sort((a, b) => Number(b.hasBegun) - Number(a.hasBegun));
    for (const { pod } of known) this.#queue.add(textOf(keyOf(pod)));
    this.#pods.onChange((current, previous) => {
      if (current === undefined || isOver(current)) this.#ended.delete((current ?? previous)?.metadata.uid ?? "");
      if (current !== undefined) this.#queue.add(textOf(keyOf(current)));
    });
  }

  ended(podUid: string, container: string): Promise<unknown> | undefined {
    return this.#runs.get(podUid)?.runOf(container)?.ended;
  }

  /** @param stopProcesses ends all processes and has them run again at the next start; else they run on */
  async close(stopProcesses: boolean): Promise<void> {
    await this.#queue.close();
    await Promise.all([...this.#runs.values()].map((run) => run.close(stopProcesses)));
  }

  async #reconcile(key: string): Promise<void> {
    const pod = this.#pods.get(keyFrom(key));
    if (pod === undefined) return;
    const { metadata } = pod;
    const { uid = "" } = metadata;
    const run = this.#runs.get(uid);
    const hasEnded = isOver(pod) || this.#ended.has(uid);
    if (metadata.deletionTimestamp !== undefined) {
      if (run === undefined && (hasEnded || !this.#filesOf(pod).hasBegun)) return this.#remove(pod);
      return (run ?? this.#begin(key, pod)).stop("Terminated", "Pod was deleted"); // its end calls again
    }
    if (hasEnded) return;
    if (metadata.finalizers?.includes(PROCESS_FINALIZER) !== true) return this.#hold(pod);
    const stop = metadata.annotations?.[STOP_ANNOTATION];
    const current = run ?? this.#begin(key, pod);
    if (stop !== undefined) current.stop("Terminated", stop);
  }

  #begin(key: string, pod: StoredPod): PodRun {
    const { uid = "" } = pod.metadata;
    const run = new PodRun(this.#context, pod);
    this.#runs.set(uid, run);
    void run.finished.then(() => {
      this.#runs.delete(uid);
      const seen = this.#pods.get(keyFrom(key));
      if (seen !== undefined && !isOver(seen)) this.#ended.add(uid);
      this.#queue.add(key);
    });
    return run;
  }

  /** A pod that somebody else made is held too, so that its object does not go before its processes. The change calls again. */
  async #hold(pod: StoredPod): Promise<void> {
    const finalizers = [...(pod.metadata.finalizers ?? []), PROCESS_FINALIZER];
    await ignoreOutdated(this.#context.store.update(POD, { ...pod, metadata: { ...pod.metadata, finalizers } }));
  }

  /** A deleted pod goes when its processes have ended, and takes its folders and logs with it. */
  async #remove(pod: StoredPod): Promise<void> {
    const { metadata } = pod;
    if (metadata.finalizers?.includes(PROCESS_FINALIZER) !== true) return;
    const files = this.#filesOf(pod);
    if (files.hasBegun) this.#context.sweep.now();
    await files.remove();
    const finalizers = metadata.finalizers.filter((name) => name !== PROCESS_FINALIZER);
    await ignoreOutdated(this.#context.store.update(POD, { ...pod, metadata: { ...metadata, finalizers } }));
  }

  #filesOf({ metadata: { namespace = "", name, uid = "" } }: StoredPod): PodFiles {
    return new PodFiles(this.#context.dataDirectory, { namespace, name, uid });
  }
}

function isOver({ status }: StoredPod): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}
