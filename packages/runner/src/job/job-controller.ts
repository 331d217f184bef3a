import { JOB, keyOf, POD, STOP_ANNOTATION, type StoredJob, type StoredPod, TRIAL, type Trial } from "@qalam/api";
import {
  commitStatus,
  type Informer,
  ignoreAlreadyExists,
  ignoreNotFound,
  ignoreOutdated,
  keyFrom,
  textOf,
  WorkQueue,
} from "@qalam/runtime";
import type { RunnerContext } from "../runner-context.ts";
import { newPod, type PodNumber } from "./new-pod.ts";
import { type JobPlan, planJob } from "./plan-job.ts";

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
  }

  /** Begins, once all jobs and pods have been seen. */
  start(): void {
    for (const job of this.#jobs.list()) this.#queue.add(textOf(keyOf(job)));
    this.#jobs.onChange((current) => {
      if (current !== undefined) this.#queue.add(textOf(keyOf(current)));
    });
    this.#pods.onChange((current, previous) => {
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
    const { store, clock } = this.#context;
    const pods = [...this.#pods.indexed(job.metadata.uid ?? "").values()];
    const plan = planJob(job, pods, clock.now().getTime());
    if (plan.create.length > 0) await this.#create(job, plan.create);
    for (const pod of plan.stop) await this.#stop(pod, plan.stopMessage);
    if (plan.remove) await ignoreNotFound(store.delete(JOB, keyOf(job)));
    else if (!hasJustBegun(job, plan, pods)) await commitStatus(store, JOB, job, plan.status);
    if (plan.again !== undefined) this.#queue.addAfter(key, plan.again);
  }

  async #create(job: StoredJob, pods: readonly PodNumber[]): Promise<void> {
    const trial = await this.#trialOf(job);
    await Promise.all(
      pods.map((which) =>
        ignoreAlreadyExists(this.#context.store.create(POD, newPod(job, which, trial), { shared: true })),
      ),
    );
  }

  async #trialOf({ metadata }: StoredJob): Promise<Trial | undefined> {
    const owner = metadata.ownerReferences?.find(({ kind }) => kind === "Trial");
    if (owner === undefined) return undefined;
    const key = { namespace: metadata.namespace ?? "", name: owner.name };
    const trial = await this.#context.store.get(TRIAL, key, { shared: true });
    return trial?.metadata.uid === owner.uid ? trial : undefined;
  }

  async #stop(pod: StoredPod, message: string): Promise<void> {
    if (pod.metadata.annotations?.[STOP_ANNOTATION] !== undefined) return;
    const patch = { metadata: { annotations: { [STOP_ANNOTATION]: message } } };
    await ignoreOutdated(this.#context.store.patch(POD, keyOf(pod), patch));
  }
}

/** Its first status waits for one of a pod that says more than Pending: a job that is over sooner costs one write. */
function hasJustBegun(job: StoredJob, plan: JobPlan, pods: readonly StoredPod[]): boolean {
  const hasPods = plan.create.length + pods.length > 0;
  const isPlain = job.status === undefined && plan.status.conditions === undefined;
  return hasPods && isPlain && pods.every(({ status }) => status?.conditions === undefined);
}
