import { mkdirSync, realpathSync } from "node:fs";
import { JOB, POD, type Trial } from "@qalam/api";
import { type Clock, EventRecorder, Informer, ownerUid, systemClock } from "@qalam/runtime";
import type { ContainerLogs, ObservationStore, ResourceStore } from "@qalam/store";
import { CheckpointFolders } from "./checkpoint/checkpoint-folders.ts";
import { Launcher } from "./container/launcher.ts";
import { StragglerSweep } from "./container/straggler-sweep.ts";
import { JobController } from "./job/job-controller.ts";
import { FileLogs } from "./logs/file-logs.ts";
import { explainTrial } from "./metrics/explain-missing-metric.ts";
import { MetricsPorts } from "./metrics/metrics-ports.ts";
import { PodController } from "./pod/pod-controller.ts";
import { type Capacity, machineCapacity } from "./resources/machine-capacity.ts";
import { ResourceScheduler } from "./resources/resource-scheduler.ts";
import type { RunnerContext } from "./runner-context.ts";

export interface RunnerOptions {
  readonly store: ResourceStore;
  readonly observations: ObservationStore;
  /** Holds logs, volumes and the state of runs. */
  readonly dataDirectory: string;
  readonly clock?: Clock;
  /** What may be requested; by default what this machine has. */
  readonly capacity?: Capacity;
  /** Environment every container starts from; by default that of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Annotations every pod has unless it or its trial says otherwise: volume mappings, working directory. */
  readonly defaultAnnotations?: Readonly<Record<string, string>>;
  /** Variables that a trial's containers have unless they declare them; a PYTHONPATH is put before theirs. */
  readonly trialEnvironment?: (trial: Trial) => Readonly<Record<string, string>>;
  readonly onError: (where: string, error: Error) => void;
}

export interface Runner {
  readonly logs: ContainerLogs;
  /** Why a finished trial has no objective. */
  explainMissingMetric(trial: Trial): Promise<string>;
  /** @param stopProcesses ends all processes and has them run again at the next start; else they run on and the next start takes them up */
  close(stopProcesses: boolean): Promise<void>;
}

/** Runs the Jobs and Pods of a store as processes of this machine. What an earlier runner started is taken up again. */
export async function startRunner(options: RunnerOptions): Promise<Runner> {
  const { store, observations, clock = systemClock, environment = ownEnvironment(), onError } = options;
  mkdirSync(options.dataDirectory, { recursive: true });
  const dataDirectory = realpathSync(options.dataDirectory); // as the system names it in /proc
  const events = new EventRecorder(store, clock, (error) => onError("events", error));
  const context: RunnerContext = {
    store,
    observations,
    dataDirectory,
    clock,
    scheduler: new ResourceScheduler(options.capacity ?? machineCapacity()),
    launcher: new Launcher(dataDirectory, environment),
    events,
    checkpoints: new CheckpointFolders({ store, events, dataDirectory, onError }),
    sweep: new StragglerSweep(clock),
    ports: new MetricsPorts(),
    environment,
    defaultAnnotations: options.defaultAnnotations ?? {},
    trialEnvironment: options.trialEnvironment ?? (() => ({})),
    onError,
  };
  const pods = new Informer(store, POD, ownerUid);
  const jobs = new Informer(store, JOB);
  const podController = new PodController(context, pods);
  const jobController = new JobController(context, jobs, pods);
  await pods.start((error) => onError("watch of pods", error));
  await jobs.start((error) => onError("watch of jobs", error));
  await context.checkpoints.start();
  podController.start();
  jobController.start();
  return {
    logs: new FileLogs(dataDirectory, podController, clock),
    explainMissingMetric: (trial) => explainTrial(trial, store, dataDirectory),
    async close(stopProcesses) {
      await jobController.close();
      await podController.close(stopProcesses);
      context.launcher.close();
      context.sweep.now();
      await Promise.all([pods.close(), jobs.close(), context.checkpoints.close()]);
      await context.events.flush();
    },
  };
}

function ownEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
