import { rm } from "node:fs/promises";
import { POD, STOP_ANNOTATION, type StoredPod } from "@qalam/api";
import { type Informer, ignoreOutdated, keyFrom, textOf, WorkQueue } from "@qalam/runtime";
import type { RunningContainers } from "../logs/file-logs.ts";
import type { RunnerContext } from "../runner-context.ts";
import { PodRun, podFolders } from "./pod-run.ts";

/** Keeps a pod's object until its processes have ended. */
export const PROCESS_FINALIZER = "qalam.dev/processes";

/** The laptop's kubelet: one PodRun for each pod that is not over. */
export class PodController implements RunningContainers {
  readonly #context: RunnerContext;
  readonly #pods: Informer<StoredPod>;
  readonly #queue: WorkQueue;
  readonly #runs = new Map<string, PodRun>();

  constructor(context: RunnerContext, pods: Informer<StoredPod>) {
    this.#context = context;
    this.#pods = pods;
    this.#queue = new WorkQueue({
      process: (key) => this.#reconcile(key),
      clock: context.clock,
      onError: (key, error) => context.onError(`pod ${key}`, error),
      concurrency: 64,
    });
    pods.onChange((current) => {
      if (current !== undefined)
        this.#queue.add(textOf({ namespace: current.metadata.namespace ?? "", name: current.metadata.name }));
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
    const uid = pod.metadata.uid ?? "";
    const isOver = pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
    if (pod.metadata.deletionTimestamp !== undefined) return this.#remove(pod);
    if (isOver) return;
    let run = this.#runs.get(uid);
    if (run === undefined) {
      run = new PodRun(this.#context, pod);
      this.#runs.set(uid, run);
      void run.finished.then(() => this.#ended(key, uid));
    }
    const stop = pod.metadata.annotations?.[STOP_ANNOTATION];
    if (stop !== undefined) run.stop(stop);
  }

  #ended(key: string, uid: string): void {
    this.#runs.delete(uid);
    this.#queue.add(key);
  }

  /** A deleted pod goes when its processes have ended, and takes its folders and logs with it. */
  async #remove(pod: StoredPod): Promise<void> {
    const { metadata } = pod;
    const run = this.#runs.get(metadata.uid ?? "");
    if (run !== undefined) {
      run.stop("Pod was deleted");
      await run.finished;
    }
    for (const folder of podFolders(this.#context.dataDirectory, {
      namespace: metadata.namespace ?? "",
      name: metadata.name,
      uid: metadata.uid ?? "",
    }))
      await rm(folder, { recursive: true, force: true });
    const finalizers = metadata.finalizers ?? [];
    if (!finalizers.includes(PROCESS_FINALIZER)) return;
    const latest =
      (await this.#context.store.get(POD, { namespace: metadata.namespace ?? "", name: metadata.name })) ?? pod;
    if (latest.metadata.uid === metadata.uid)
      await ignoreOutdated(
        this.#context.store.update(POD, {
          ...latest,
          metadata: { ...latest.metadata, finalizers: finalizers.filter((name) => name !== PROCESS_FINALIZER) },
        }),
      );
  }
}
