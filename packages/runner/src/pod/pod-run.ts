import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { POD, type StoredPod, type Trial } from "@qalam/api";
import { ignoreNotFound, timestampOf } from "@qalam/runtime";
import type { Container, ContainerStateTerminated } from "kubernetes-types/core/v1.js";
import { ContainerConfigError } from "../container/container-config-error.ts";
import { ContainerRun, type RunEnd, type RunPlace } from "../container/container-run.ts";
import { mapPaths } from "../container/path-mapping.ts";
import { preparePodVolumes } from "../container/pod-volumes.ts";
import { type PreparedContainer, prepareContainer } from "../container/prepare-container.ts";
import { containerLog, type PodName, podLogFolder } from "../logs/log-paths.ts";
import { MetricTailer } from "../logs/metric-tailer.ts";
import { type Grant, impossibleReason, resourceRequest } from "../resources/resource-scheduler.ts";
import type { RunnerContext } from "../runner-context.ts";
import { isPrimary, trialOfPod } from "../trial-of-pod.ts";
import { type PodProgress, podStatus } from "./pod-status.ts";

const DEFAULT_GRACE_SECONDS = 30;
const FIRST_RESTART_MS = 1_000;
const LONGEST_RESTART_MS = 300_000;
/** In a run's folder: its server was closed and stopped it; it runs again and does not count. */
const INTERRUPTED = "interrupted";

/** Takes one pod from where it is to its end. Everything it needs to go on after a crash is on disk or in the store. */
export class PodRun {
  readonly #context: RunnerContext;
  readonly #pod: StoredPod;
  readonly #name: PodName;
  readonly #progress: PodProgress;
  readonly #active = new Map<string, ContainerRun>();
  readonly #cancels = new Set<() => void>();
  readonly #stopped = new AbortController();
  #grant: Grant | undefined;
  #trial: Trial | undefined;
  #stopMessage: string | undefined;
  #isClosing = false;
  /** Resolves at the end of the pod, or when the runner lets go of it. */
  readonly finished: Promise<void>;

  constructor(context: RunnerContext, pod: StoredPod) {
    this.#context = context;
    this.#pod = pod;
    this.#name = { namespace: pod.metadata.namespace ?? "", name: pod.metadata.name, uid: pod.metadata.uid ?? "" };
    this.#progress = { phase: "Pending", startTime: pod.status?.startTime, containers: new Map() };
    this.finished = this.#run().catch((error: Error) => this.#crash(error));
  }

  /** The run of a container that may still write. */
  runOf(container: string): ContainerRun | undefined {
    return this.#active.get(container);
  }

  /** Ends the pod: its processes get SIGTERM, the grace period, SIGKILL. @param message for its status */
  stop(message: string): void {
    if (this.#stopMessage !== undefined) return;
    this.#stopMessage = message;
    const grace = (this.#pod.spec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS) * 1000;
    for (const run of this.#active.values()) run.stop(grace, (ms, callback) => this.#after(ms, callback));
    this.#stopped.abort();
  }

  /** Lets go of the pod; the next start goes on with it. @param stopProcesses ends them and has them run again, else they run on */
  async close(stopProcesses: boolean): Promise<void> {
    this.#isClosing = true;
    const runs = [...this.#active.values()];
    if (stopProcesses) {
      for (const run of runs) {
        writeFileSync(join(run.place.folder, INTERRUPTED), "");
        run.stop(5_000, (ms, callback) => this.#after(ms, callback));
      }
      await Promise.all(runs.map((run) => run.ended));
    } else for (const run of runs) run.release();
    for (const cancel of this.#cancels) cancel();
    this.#stopped.abort();
    this.#grant?.release();
  }

  async #run(): Promise<void> {
    const hasStarted = existsSync(this.#folder());
    if (!(await this.#acquire(hasStarted))) return;
    try {
      await this.#runContainers();
    } finally {
      this.#grant?.release();
    }
  }

  async #runContainers(): Promise<void> {
    const { store, dataDirectory } = this.#context;
    mkdirSync(this.#folder(), { recursive: true });
    this.#trial = await trialOfPod(this.#pod, store);
    const volumes = await preparePodVolumes(
      this.#pod,
      { pod: this.#folder(), claims: join(dataDirectory, "volumes") },
      store,
    );
    this.#progress.startTime ??= timestampOf(this.#context.clock);
    for (const container of this.#pod.spec?.initContainers ?? []) {
      const end = await this.#runContainer(container, volumes);
      if (end === undefined) return;
      if (end.exitCode !== 0 || this.#stopMessage !== undefined) return this.#end(false);
    }
    const ends = await Promise.all(
      (this.#pod.spec?.containers ?? []).map((container) => this.#runContainer(container, volumes)),
    );
    if (ends.some((end) => end === undefined)) return;
    await this.#end(ends.every((end) => end?.exitCode === 0));
  }

  /** Waits until the machine has room. @returns false when the pod ended instead */
  async #acquire(hasStarted: boolean): Promise<boolean> {
    const { scheduler } = this.#context;
    const request = resourceRequest(this.#pod);
    if (hasStarted) {
      this.#grant = scheduler.force(request);
      return true;
    }
    const impossible = impossibleReason(request, scheduler.capacity);
    if (impossible !== undefined) {
      this.#progress.reason = "UnschedulableOnThisMachine";
      this.#progress.message = impossible;
      await this.#end(false);
      return false;
    }
    this.#grant = scheduler.tryAcquire(request);
    if (this.#grant !== undefined) return true;
    this.#progress.unschedulable = `waits for cpu ${request.cpu}, memory ${request.memory} and ${request.gpu} GPUs; this machine has cpu ${scheduler.capacity.cpu}, memory ${scheduler.capacity.memory}, ${scheduler.capacity.gpus.length} GPUs`;
    const granted = this.#waitForRoom(request);
    await this.#write();
    const hasRoom = await granted;
    delete this.#progress.unschedulable;
    if (!hasRoom && !this.#isClosing) await this.#end(false);
    return hasRoom;
  }

  #waitForRoom(request: ReturnType<typeof resourceRequest>): Promise<boolean> {
    return new Promise((resolve) => {
      const leave = this.#context.scheduler.enqueue(request, (grant) => {
        this.#grant = grant;
        resolve(true);
      });
      this.#stopped.signal.addEventListener("abort", () => {
        leave();
        resolve(this.#grant !== undefined && !this.#isClosing);
      });
    });
  }

  /** Runs a container to its end, restarts included. @returns undefined when the runner closes first */
  async #runContainer(container: Container, volumes: ReadonlyMap<string, string>): Promise<RunEnd | undefined> {
    const entry = { state: {}, restarts: 0 } as {
      state: { terminated?: ContainerStateTerminated; running?: { startedAt: string } };
      restarts: number;
    };
    this.#progress.containers.set(container.name, entry);
    for (let attempt = this.#firstAttempt(container.name); ; attempt++) {
      if (this.#stopMessage !== undefined && !ContainerRun.exists(this.#place(container.name, attempt)))
        return { exitCode: 137, signal: 9, reason: "Error", lost: false };
      const startedAt = timestampOf(this.#context.clock);
      const end = await this.#runOnce(container, volumes, attempt, startedAt, entry);
      if (end === undefined) return undefined;
      if (end.lost) continue; // nobody saw it end: it runs again
      entry.state = {
        terminated: {
          exitCode: end.exitCode,
          reason: end.reason,
          startedAt,
          finishedAt: timestampOf(this.#context.clock),
          ...(end.signal !== undefined && { signal: end.signal }),
          ...(await this.#lastWords(container.name, attempt, end)),
        },
      };
      const restarts =
        this.#pod.spec?.restartPolicy === "OnFailure" ||
        this.#pod.spec?.restartPolicy === "Always" ||
        this.#pod.spec?.restartPolicy === undefined;
      if (end.exitCode === 0 || !restarts || this.#stopMessage !== undefined) return end;
      entry.restarts += 1;
      await this.#write();
      if (!(await this.#pause(Math.min(LONGEST_RESTART_MS, FIRST_RESTART_MS * 2 ** (entry.restarts - 1)))))
        return this.#isClosing ? undefined : end;
    }
  }

  async #runOnce(
    container: Container,
    volumes: ReadonlyMap<string, string>,
    attempt: number,
    startedAt: string,
    entry: { state: object },
  ): Promise<RunEnd | undefined> {
    const place = this.#place(container.name, attempt);
    const prepared = await prepareContainer(
      { container, pod: this.#pod, trial: this.#trial, volumes, scratch: this.#folder(), grant: this.#grant as Grant },
      this.#context,
    );
    const run = ContainerRun.exists(place) ? ContainerRun.adopt(place) : ContainerRun.start(place, prepared);
    this.#active.set(container.name, run);
    if (this.#stopMessage !== undefined)
      run.stop(DEFAULT_GRACE_SECONDS * 1000, (ms, callback) => this.#after(ms, callback));
    const tailer = this.#tailer(container.name, prepared, place);
    tailer?.start();
    entry.state = { running: { startedAt } };
    this.#progress.phase = "Running";
    const written = this.#write();
    const end = await run.ended;
    this.#active.delete(container.name);
    this.#context.sweep.add(place.name);
    await Promise.all([written, tailer?.finish()]);
    return this.#isClosing ? undefined : end;
  }

  /** Metrics come from the output or from a file, of the trial's primary container. */
  #tailer(container: string, { mappings }: PreparedContainer, place: RunPlace): MetricTailer | undefined {
    const trial = this.#trial;
    if (trial === undefined || !isPrimary(trial, this.#pod, container)) return undefined;
    const collector = this.#context.collectorFor(trial);
    if (collector === undefined) return undefined;
    const { collector: chosen, source } = trial.spec.metricsCollector ?? {};
    const file = chosen?.kind === "File" ? mapPaths(source?.fileSystemPath?.path ?? "", mappings) : place.log;
    if (file !== place.log && !existsSync(file)) {
      mkdirSync(join(file, ".."), { recursive: true });
      writeFileSync(file, "", { flag: "a" });
    }
    const { observations, clock } = this.#context;
    return new MetricTailer({
      path: file,
      collector,
      observations,
      trialUid: trial.metadata.uid ?? "",
      source: place.name,
      now: () => clock.now(),
    });
  }

  /** The end of the output of a container that failed, as Kubernetes' FallbackToLogsOnError gives it. */
  async #lastWords(container: string, attempt: number, end: RunEnd): Promise<{ message?: string }> {
    if (end.exitCode === 0) return {};
    const log = await readFile(containerLog(this.#context.dataDirectory, this.#name, container, attempt)).catch(() =>
      Buffer.alloc(0),
    );
    const lines = log
      .subarray(Math.max(0, log.length - 4096))
      .toString()
      .trimEnd()
      .split("\n")
      .slice(-3);
    const message = lines.join("\n").slice(-1024);
    return message === "" ? {} : { message };
  }

  async #end(isSuccess: boolean): Promise<void> {
    this.#progress.phase = isSuccess && this.#stopMessage === undefined ? "Succeeded" : "Failed";
    if (this.#stopMessage !== undefined) {
      this.#progress.reason = "Terminated";
      this.#progress.message = this.#stopMessage;
    }
    await this.#write();
  }

  /** A fault in setting up is the user's to mend and goes into the status; anything else is reported and fails the pod too. */
  async #crash(error: Error): Promise<void> {
    if (this.#isClosing) return;
    if (!(error instanceof ContainerConfigError))
      this.#context.onError(`pod ${this.#name.namespace}/${this.#name.name}`, error);
    this.#progress.reason = error instanceof ContainerConfigError ? "CreateContainerConfigError" : "RunnerError";
    this.#progress.message = error.message;
    for (const run of this.#active.values()) run.kill();
    await this.#end(false).catch((failure: Error) => this.#context.onError(`pod ${this.#name.name}`, failure));
  }

  async #write(): Promise<void> {
    const status = podStatus(this.#pod, this.#progress, timestampOf(this.#context.clock));
    await ignoreNotFound(this.#context.store.patch(POD, this.#name, { status }, { subresource: "status" }));
  }

  /** Waits. @returns false when the pod is stopped or let go meanwhile */
  #pause(milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      this.#after(milliseconds, () => resolve(true));
      this.#stopped.signal.addEventListener("abort", () => resolve(false));
      if (this.#stopped.signal.aborted) resolve(false);
    });
  }

  #after(milliseconds: number, callback: () => void): () => void {
    const cancel = this.#context.clock.after(milliseconds, () => {
      this.#cancels.delete(cancel);
      callback();
    });
    this.#cancels.add(cancel);
    return cancel;
  }

  #folder(): string {
    return podFolder(this.#context.dataDirectory, this.#name.uid);
  }

  #place(container: string, attempt: number): RunPlace {
    return {
      name: `${this.#name.uid}/${container}/${attempt}`,
      folder: join(this.#folder(), "runs", container, String(attempt)),
      log: containerLog(this.#context.dataDirectory, this.#name, container, attempt),
    };
  }

  /** The run to take up: the latest there is, or the one after it when that was interrupted. */
  #firstAttempt(container: string): number {
    const folder = join(this.#folder(), "runs", container);
    const latest = existsSync(folder) ? Math.max(0, ...readdirSync(folder).map(Number)) : 0;
    return existsSync(join(folder, String(latest), INTERRUPTED)) ? latest + 1 : latest;
  }
}

/** A pod's own folder: state of its runs, its volumes, where it works. */
function podFolder(dataDirectory: string, uid: string): string {
  return join(dataDirectory, "pods", uid);
}

/** Everything on disk that goes with a pod object. */
export function podFolders(dataDirectory: string, pod: PodName): string[] {
  return [podFolder(dataDirectory, pod.uid), podLogFolder(dataDirectory, pod)];
}
