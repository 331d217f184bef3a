import { isDeepStrictEqual } from "node:util";
import { POD, type StoredPod, type Trial } from "@qalam/api";
import { ignoreNotFound, timestampOf } from "@qalam/runtime";
import { ClosedError } from "@qalam/store";
import type { Container, PodStatus } from "kubernetes-types/core/v1.js";
import { Bell } from "../bell.ts";
import { ContainerConfigError, ContainerError } from "../container/container-errors.ts";
import { type ContainerCommand, ContainerRun, type RunEnd, type RunPlace } from "../container/container-run.ts";
import { failureHint } from "../container/failure-hint.ts";
import type { PathMapping } from "../container/path-mapping.ts";
import { fillVolumes, volumeFolders } from "../container/pod-volumes.ts";
import { type PreparationInput, prepareContainer } from "../container/prepare-container.ts";
import type { PodName } from "../container/run-paths.ts";
import { RunState } from "../container/run-state.ts";
import { ContainerOutput } from "../logs/container-output.ts";
import { lastLines } from "../logs/last-lines.ts";
import { customCollector } from "../metrics/custom-collector.ts";
import { metricSource } from "../metrics/metric-source.ts";
import { type Grant, impossibleReason, resourceRequest, waitingReason } from "../resources/resource-scheduler.ts";
import type { RunnerContext } from "../runner-context.ts";
import { isPrimary, trialOfPod } from "../trial-of-pod.ts";
import { type PodPlan, planPod } from "./plan-pod.ts";
import { PodFiles } from "./pod-files.ts";
import { type ContainerProgress, podStatus } from "./pod-status.ts";

const DEFAULT_GRACE_SECONDS = 30;
/** A server that closes waits no longer than this for the trainings it stops. */
const CLOSING_GRACE_MS = 5_000;
/** A status that cannot be written (a full disk) is written later; the processes run on. */
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 10_000;
/** A pod that ends sooner costs no write of its beginning. */
const FIRST_STATUS_MS = 50;
/** Names of containers become folders. */
const containerName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

interface ActiveRun {
  readonly run: ContainerRun;
  readonly output: ContainerOutput;
}

/** What is known of a run that is followed. */
interface Following {
  readonly attempt: number;
  readonly restarts: number;
  /** When it was started just now. */
  readonly command?: ContainerCommand;
}

/** Takes one pod from where it is to its end, as `planPod` says. Everything it needs to go on after a crash is on disk or in the store. */
export class PodRun {
  /** Resolves at the end of the pod, or when the runner lets go of it. */
  readonly finished: Promise<void>;
  readonly #context: RunnerContext;
  readonly #pod: StoredPod;
  readonly #name: PodName;
  readonly #where: string;
  readonly #files: PodFiles;
  readonly #bell: Bell;
  /** A container of it was started by an earlier server. */
  readonly #hasBegun: boolean;
  /** Number of the latest run of each container. */
  readonly #attempts = new Map<string, number>();
  readonly #containers = new Map<string, ContainerProgress>();
  readonly #active = new Map<string, ActiveRun>();
  readonly #timers = new Set<() => void>();
  #volumes: ReadonlyMap<string, string> = new Map();
  #grant: Grant | undefined;
  #leaveLine: (() => void) | undefined;
  #trial: Trial | undefined;
  #checkpoint: PathMapping | undefined;
  /** Why it is ended before its containers have ended by themselves. */
  #halt: { readonly reason: string; readonly message: string } | undefined;
  #startTime: string | undefined;
  /** Milliseconds; of a pod that this server began. */
  #begunAt: number | undefined;
  #unschedulable: string | undefined;
  #written: PodStatus | undefined;
  #retryNow: (() => void) | undefined;
  #isClosing = false;
  /** When closing. */
  #stopsProcesses = false;

  constructor(context: RunnerContext, pod: StoredPod) {
    const { namespace = "", name, uid = "" } = pod.metadata;
    this.#context = context;
    this.#pod = pod;
    this.#name = { namespace, name, uid };
    this.#where = `pod ${namespace}/${name}`;
    this.#files = new PodFiles(context.dataDirectory, this.#name);
    this.#hasBegun = this.#files.hasBegun;
    this.#bell = new Bell(context.clock);
    this.#startTime = pod.status?.startTime;
    this.#written = pod.status;
    this.#acquire();
    this.finished = this.#run().catch((error: Error) => context.onError(this.#where, error));
  }

  /** The run of a container that may still write. */
  runOf(container: string): ContainerRun | undefined {
    return this.#active.get(container)?.run;
  }

  /** Ends the pod: its processes get SIGTERM, the grace period, SIGKILL. The first reason given counts. */
  stop(reason: string, message: string): void {
    if (this.#halt !== undefined || this.#isClosing) return;
    this.#halt = { reason, message };
    for (const { run } of this.#active.values()) run.stop(this.#graceMs());
    this.#bell.ring();
  }

  /** Lets go of the pod; the next start goes on with it. @param stopProcesses ends them and has them run again, else they run on */
  async close(stopProcesses: boolean): Promise<void> {
    this.#isClosing = true;
    this.#stopsProcesses = stopProcesses;
    await Promise.all([...this.#active.values()].map((one) => this.#letGo(one)));
    for (const cancel of this.#timers) cancel();
    this.#leaveLine?.();
    this.#retryNow?.();
    this.#bell.ring();
    await this.finished;
  }

  async #letGo({ run, output }: ActiveRun): Promise<void> {
    if (!this.#stopsProcesses) run.release();
    else if (this.#halt === undefined) run.interrupt(CLOSING_GRACE_MS);
    else run.stop(CLOSING_GRACE_MS); // it was being stopped for good
    if (this.#stopsProcesses) await run.ended;
    await output.release();
  }

  async #run(): Promise<void> {
    try {
      await this.#waitForRoom();
      if (this.#isClosing) return;
      if (this.#grant !== undefined) await this.#begin().catch((error: Error) => this.#fail(error));
      await this.#advance();
    } finally {
      this.#leaveLine?.();
      for (const cancel of this.#timers) cancel();
      this.#grant?.release();
      this.#context.ports.release(this.#files.folder);
    }
  }

  /** Does what the plan says, again and again, until all is over. */
  async #advance(): Promise<void> {
    while (!this.#isClosing) {
      const plan = this.#plan();
      for (const name of plan.stop) this.#active.get(name)?.run.stop(this.#graceMs());
      for (const container of plan.start)
        await this.#start(container).catch((error: Error) => this.#startFailed(container.name, error));
      if (plan.end !== undefined) return this.#write(plan);
      const next = plan.start.length === 0 ? plan : this.#plan();
      const quiet = this.#quietFor();
      if (quiet <= 0) await this.#write(next);
      if (next.end === undefined)
        await this.#bell.heard(Math.min(quiet > 0 ? quiet : Number.POSITIVE_INFINITY, ...next.backOff.values()));
    }
  }

  /** Milliseconds until the status of a pod that was just begun is written. */
  #quietFor(): number {
    return this.#begunAt === undefined ? 0 : this.#begunAt + FIRST_STATUS_MS - this.#context.clock.now().getTime();
  }

  #plan(): PodPlan {
    const spec = this.#pod.spec ?? { containers: [] };
    const name = this.#trial && customCollector(this.#trial)?.name;
    const collector = name === undefined ? undefined : { name, grace: this.#graceMs() };
    return planPod(spec, this.#containers, this.#context.clock.now().getTime(), this.#halt !== undefined, collector);
  }

  /** Takes its place in the line for resources; what ran before has them already. */
  #acquire(): void {
    const { scheduler } = this.#context;
    const request = resourceRequest(this.#pod);
    const { creationTimestamp, resourceVersion = "" } = this.#pod.metadata;
    if (this.#hasBegun) {
      this.#grant = scheduler.force(request, this.#heldGpus());
      return;
    }
    const impossible = impossibleReason(request, scheduler.capacity);
    if (impossible !== undefined) {
      this.#halt = { reason: "UnschedulableOnThisMachine", message: impossible };
      return;
    }
    this.#leaveLine = scheduler.enqueue(
      request,
      `${creationTimestamp} ${resourceVersion.padStart(16, "0")}`,
      (grant) => {
        this.#grant = grant;
        this.#unschedulable = undefined;
        this.#bell.ring();
      },
    );
    if (this.#grant === undefined) this.#unschedulable = waitingReason(request, scheduler.capacity);
  }

  async #waitForRoom(): Promise<void> {
    while (this.#grant === undefined && this.#halt === undefined && !this.#isClosing) {
      await this.#write(undefined);
      await this.#bell.heard();
    }
    this.#unschedulable = undefined;
  }

  /** Makes ready what all containers share and takes up what an earlier server left. */
  async #begin(): Promise<void> {
    const { store, clock } = this.#context;
    const { spec } = this.#pod;
    this.#trial = await trialOfPod(this.#pod, store);
    const all = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
    const bad = all.find(({ name }) => !containerName.test(name));
    if (bad !== undefined) throw new ContainerConfigError(`"${bad.name}" is no valid name of a container`);
    this.#volumes = volumeFolders(this.#pod, { pod: this.#files.folder, claims: this.#files.claims });
    if (this.#trial !== undefined) this.#checkpoint = await this.#context.checkpoints.prepare(this.#trial);
    if (this.#hasBegun) for (const container of all) await this.#takeUp(container);
    else await fillVolumes(this.#pod, this.#volumes, store);
    if (this.#startTime === undefined && !this.#hasBegun) this.#begunAt = clock.now().getTime();
    this.#startTime ??= timestampOf(clock);
    const deadline = spec?.activeDeadlineSeconds;
    if (deadline !== undefined)
      this.#after(Date.parse(this.#startTime) + deadline * 1000 - clock.now().getTime(), () =>
        this.stop("DeadlineExceeded", "Pod was active on the node longer than the specified deadline"),
      );
  }

  async #takeUp(container: Container): Promise<void> {
    const latest = this.#files.runs(container.name).at(-1);
    if (latest === undefined) return;
    this.#attempts.set(container.name, latest.attempt);
    const restarts = this.#files.restarts(container.name);
    if (new RunState(latest.place.path).has("interrupted"))
      this.#containers.set(container.name, { isRunning: false, restarts });
    else {
      const run = ContainerRun.adopt(latest.place, this.#context.clock);
      await this.#follow(container, run, { attempt: latest.attempt, restarts });
    }
  }

  async #start(container: Container): Promise<void> {
    const known = this.#containers.get(container.name);
    const command = await prepareContainer(this.#preparation(container), this.#context);
    if (this.#halt !== undefined || this.#isClosing) return;
    const attempt = (this.#attempts.get(container.name) ?? -1) + 1;
    this.#attempts.set(container.name, attempt);
    const { clock, launcher } = this.#context;
    const run = await ContainerRun.start(this.#files.place(container.name, attempt), command, clock, launcher);
    const restarts = (known?.restarts ?? 0) + (known?.last === undefined ? 0 : 1);
    await this.#follow(container, run, { attempt, restarts, command });
  }

  /** A fault of the user's shows as the end of the container. */
  #startFailed(name: string, error: Error): void {
    const now = this.#context.clock.now().getTime();
    const restarts = this.#containers.get(name)?.restarts ?? 0;
    const last = {
      exitCode: 128,
      reason: "StartError",
      message: error.message,
      startedAt: now,
      finishedAt: now,
    } as const;
    if (error instanceof ContainerError) this.#containers.set(name, { isRunning: false, restarts, last });
    this.#fail(error);
  }

  /** Watches a run to its end. */
  async #follow(container: Container, run: ContainerRun, following: Following): Promise<void> {
    const { observations, clock, onError } = this.#context;
    const { name } = container;
    const { last } = this.#containers.get(name) ?? {};
    const metrics = await metricSource(
      this.#preparation(container),
      `${this.#name.uid}/${name}/${following.attempt}`,
      this.#context,
    );
    const output = new ContainerOutput({
      ...run.place,
      ...(following.command !== undefined && { startedAt: run.startedAt }),
      observations,
      clock,
      onError: (error) => onError(`output of ${this.#where} ${name}`, error),
      ...(metrics && { metrics }),
    });
    const active = { run, output };
    this.#active.set(name, active);
    const { restarts } = following;
    this.#containers.set(name, { isRunning: true, startedAt: run.startedAt, restarts, ...(last && { last }) });
    void this.#waitForEnd(name, active, following).catch((error: Error) => this.#fail(error));
    if (this.#halt !== undefined) run.stop(this.#graceMs());
    if (this.#isClosing) await this.#letGo(active); // it was begun while the others were let go
  }

  /** The end counts once everything the run wrote is read and stored. */
  async #waitForEnd(name: string, { run, output }: ActiveRun, { restarts, command }: Following): Promise<void> {
    const end = await run.ended;
    const swept = this.#context.sweep.add(run.place.path);
    if (this.#isClosing) return;
    await output.finish();
    // What else it left must be gone before others get its GPUs, or before it is said to be stopped.
    if (this.#halt !== undefined || (this.#grant?.gpus.length ?? 0) > 0) await swept;
    if (this.#isClosing) return;
    this.#active.delete(name);
    const last = end && { ...end, ...lastWords(run.place, end, command) };
    this.#containers.set(name, { isRunning: false, restarts, ...(last && { last }) });
    this.#bell.ring();
  }

  #preparation(container: Container): PreparationInput {
    const trial = this.#trial;
    return {
      container,
      pod: this.#pod,
      trial,
      isPrimary: trial !== undefined && isPrimary(trial, this.#pod, container.name),
      isCollector: trial !== undefined && customCollector(trial)?.name === container.name,
      volumes: this.#volumes,
      checkpoint: this.#checkpoint,
      scratch: this.#files.folder,
      grant: this.#grant ?? { gpus: [] },
    };
  }

  /** A fault in setting up is the user's to mend and goes into the status; anything else is reported and fails the pod too. */
  #fail(error: Error): void {
    const isOurs = error instanceof ContainerError;
    if (!isOurs) this.#context.onError(this.#where, error);
    this.stop(isOurs ? error.reason : "RunnerError", error.message);
  }

  async #write(plan: PodPlan | undefined): Promise<void> {
    const { store, clock, onError } = this.#context;
    const progress = {
      containers: this.#containers,
      plan,
      startTime: this.#startTime,
      halt: this.#halt,
      unschedulable: this.#unschedulable,
    };
    const status = podStatus(this.#pod, progress, this.#written, timestampOf(clock));
    if (isDeepStrictEqual(status, this.#written)) return;
    for (let wait = FIRST_RETRY_MS; !this.#isClosing; wait = Math.min(2 * wait, LONGEST_RETRY_MS)) {
      try {
        await ignoreNotFound(store.patch(POD, this.#name, { status }, { subresource: "status", shared: true }));
        this.#written = status;
        return;
      } catch (error) {
        if (error instanceof ClosedError) return;
        onError(`status of ${this.#where}`, error as Error);
      }
      await new Promise<void>((resolve) => {
        this.#retryNow = resolve;
        this.#after(wait, resolve);
      });
    }
  }

  #heldGpus(): string[] {
    const { initContainers = [], containers = [] } = this.#pod.spec ?? {};
    return [...initContainers, ...containers].flatMap(({ name }) => {
      const latest = this.#files.runs(name).at(-1);
      return latest === undefined ? [] : (new RunState(latest.place.path).start()?.gpus ?? []);
    });
  }

  #graceMs(): number {
    return (this.#pod.spec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS) * 1000;
  }

  #after(milliseconds: number, callback: () => void): void {
    this.#timers.add(this.#context.clock.after(Math.max(0, milliseconds), callback));
  }
}

/** Why a container failed: the end of its output, as Kubernetes' FallbackToLogsOnError gives it. */
function lastWords(place: RunPlace, end: RunEnd, command: ContainerCommand | undefined): { message?: string } {
  if (end.exitCode === 0 || end.message !== undefined) return {};
  const last = lastLines(place.log);
  const hint = command === undefined || end.signal !== undefined ? undefined : failureHint(command, last);
  const words = [last, ...(hint === undefined ? [] : [`(${hint})`])].filter((text) => text !== "");
  return words.length === 0 ? {} : { message: words.join("\n") };
}
