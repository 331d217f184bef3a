import { JOB, keyOf, type StoredJob } from "@qalam/api";
import type { ObservationStore, ResourceStore, ResourceWatch } from "@qalam/store";
import { ConflictError, NotFoundError } from "@qalam/store";

/** One training: what it reports and how it ends. */
export interface Training {
  readonly reports: readonly { readonly metric: string; readonly value: string; readonly step?: number }[];
  /** Exit status 0 unless given. */
  readonly fails?: string;
  /** The training goes on until then. Absent: it ends at once. */
  readonly until?: Promise<unknown>;
}

/** Parameters of a job as its container's arguments `--name=value` give them. */
export function argumentsOf(job: StoredJob): Record<string, string> {
  const args = job.spec?.template.spec?.containers[0]?.args ?? [];
  return Object.fromEntries(args.map((text) => text.slice(2).split("=") as [string, string]));
}

/** Plays the part of Kubernetes: completes, fails and suspends Jobs through the store. */
export class Kubelet {
  readonly #store: ResourceStore;
  readonly #observations: ObservationStore;
  readonly #train: (job: StoredJob) => Training;
  readonly #started = new Set<string>();
  #watch: ResourceWatch<StoredJob> | undefined;
  #watching: Promise<void> | undefined;
  readonly #working = new Set<Promise<void>>();
  #end: () => void = () => {};
  /** Trainings that still go on are cut off then. */
  readonly #ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });
  #closed = false;
  /** What a training still does when it is told to stop. */
  onStop: (job: StoredJob) => Promise<unknown> = async () => {};
  /** Names of trials whose training began, in order. */
  readonly begun: string[] = [];

  constructor(store: ResourceStore, observations: ObservationStore, train: (job: StoredJob) => Training) {
    this.#store = store;
    this.#observations = observations;
    this.#train = train;
  }

  start(): this {
    this.#watch = this.#store.watch(JOB);
    this.#watching = this.#follow(this.#watch);
    return this;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#end();
    this.#watch?.close();
    await this.#watching;
    await Promise.all(this.#working);
  }

  async #follow(watch: ResourceWatch<StoredJob>): Promise<void> {
    for await (const event of watch) {
      if (event.type === "BOOKMARK" || event.type === "DELETED" || isOver(event.object)) continue;
      const job = event.object;
      if (job.spec?.suspend === true) this.#work(this.#suspend(job));
      else if (!this.#started.has(job.metadata.uid ?? "")) {
        this.#started.add(job.metadata.uid ?? "");
        this.#work(this.#run(job));
      }
    }
  }

  #work(work: Promise<void>): void {
    this.#working.add(work);
    void work.finally(() => this.#working.delete(work));
  }

  async #suspend(job: StoredJob): Promise<void> {
    await this.onStop(job);
    await this.#write(job, condition("Suspended", "JobSuspended"));
  }

  async #run(job: StoredJob): Promise<void> {
    this.begun.push(job.metadata.name);
    await this.#write(job, { active: 1 });
    const { reports, fails, until } = this.#train(job);
    const uid = job.metadata.ownerReferences?.[0]?.uid ?? "";
    const rows = reports.map((report, sequence) => ({
      ...report,
      time: "2026-01-01T00:00:00Z",
      source: `${job.metadata.uid}`,
      sequence,
    }));
    for (const row of rows) await this.#observations.append(uid, [row]);
    await Promise.race([until, ...(until === undefined ? [] : [this.#ended])]);
    if (this.#closed) return;
    await this.#write(
      job,
      fails === undefined
        ? condition("Complete", "CompletionsReached")
        : condition("Failed", "BackoffLimitExceeded", fails),
    );
  }

  /** Writes over whatever is stored, unless the job is over or gone. */
  async #write(job: StoredJob, status: StoredJob["status"]): Promise<void> {
    for (;;) {
      const now = await this.#store.get(JOB, keyOf(job));
      if (now === undefined || now.metadata.uid !== job.metadata.uid || isOver(now)) return;
      if (status?.active === 1 && now.spec?.suspend === true) return;
      try {
        await this.#store.updateStatus(JOB, { ...now, ...(status !== undefined && { status }) });
        return;
      } catch (error) {
        if (error instanceof NotFoundError) return;
        if (!(error instanceof ConflictError)) throw error;
      }
    }
  }
}

function isOver({ status }: StoredJob): boolean {
  return (status?.conditions ?? []).some(({ type, status: holds }) => type !== "Active" && holds === "True");
}

function condition(type: string, reason: string, message = reason): NonNullable<StoredJob["status"]> {
  return { conditions: [{ type, status: "True", reason, message }] };
}
