import { JOB, POD, STOP_ANNOTATION, type StoredJob, type StoredPod, TRIAL } from "@qalam/api";
import { type Informer, ignoreAlreadyExists, ignoreOutdated, keyFrom, textOf, WorkQueue } from "@qalam/runtime";
import type { RunnerContext } from "../runner-context.ts";
import { newPod } from "./new-pod.ts";
import { planJob } from "./plan-job.ts";

/** The laptop's Job controller: makes and stops pods as `planJob` says and writes the Job's status. */
export class JobController {
  readonly #context: RunnerContext;
  readonly #jobs: Informer<StoredJob>;
  readonly #pods: Informer<StoredPod>;
  readonly #queue: WorkQueue;

  constructor(context: RunnerContext, jobs: Informer<StoredJob>, pods: Informer<StoredPod>) {
    this.#context = context;
    this.#jobs = jobs;
    this.#pods = pods;
    this.#queue = new WorkQueue({
      process: (key) => this.#reconcile(key),
      clock: context.clock,
      onError: (key, error) => context.onError(`job ${key}`, error),
      concurrency: 64,
    });
    jobs.onChange((current) => {
      if (current !== undefined)
        this.#queue.add(textOf({ namespace: current.metadata.namespace ?? "", name: current.metadata.name }));
    });
    pods.onChange((current, previous) => {
      const { metadata } = (current ?? previous) as StoredPod;
      const owner = metadata.ownerReferences?.find(({ kind }) => kind === "Job");
      if (owner !== undefined) this.#queue.add(textOf({ namespace: metadata.namespace ?? "", name: owner.name }));
    });
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }

  async #reconcile(key: string): Promise<void> {
    const job = this.#jobs.get(keyFrom(key));
    if (job === undefined || job.metadata.deletionTimestamp !== undefined) return;
    const pods = [...this.#pods.indexed(job.metadata.uid ?? "").values()];
    const plan = planJob(job, pods, this.#context.clock.now().getTime());
    if (plan.create > 0) await this.#create(job, pods.length, plan.create);
    for (const pod of plan.stop) await this.#stop(pod, plan.stopMessage);
    if (plan.status !== job.status)
      await ignoreOutdated(this.#context.store.updateStatus(JOB, { ...job, status: plan.status }));
    if (plan.again !== undefined) this.#queue.addAfter(key, plan.again);
  }

  async #create(job: StoredJob, existing: number, count: number): Promise<void> {
    const { store } = this.#context;
    const owner = job.metadata.ownerReferences?.find(({ kind }) => kind === "Trial");
    const trial =
      owner === undefined
        ? undefined
        : await store.get(TRIAL, { namespace: job.metadata.namespace ?? "", name: owner.name }, { shared: true });
    for (let i = 0; i < count; i++)
      await ignoreAlreadyExists(
        store.create(POD, newPod(job, existing + i, trial?.metadata.uid === owner?.uid ? trial : undefined)),
      );
  }

  async #stop({ metadata }: StoredPod, message: string): Promise<void> {
    if (metadata.annotations?.[STOP_ANNOTATION] !== undefined) return;
    await ignoreOutdated(
      this.#context.store.patch(
        POD,
        { namespace: metadata.namespace ?? "", name: metadata.name },
        { metadata: { annotations: { [STOP_ANNOTATION]: message } } },
      ),
    );
  }
}
