import type { Trial } from "@qalam/api";
import type { Clock, EventRecorder } from "@qalam/runtime";
import type { ObservationStore, ResourceStore } from "@qalam/store";
import type { CheckpointFolders } from "./checkpoint/checkpoint-folders.ts";
import type { Launcher } from "./container/launcher.ts";
import type { StragglerSweep } from "./container/straggler-sweep.ts";
import type { MetricsPorts } from "./metrics/metrics-ports.ts";
import type { ResourceScheduler } from "./resources/resource-scheduler.ts";

/** What the parts of the runner share. */
export interface RunnerContext {
  readonly store: ResourceStore;
  readonly observations: ObservationStore;
  readonly dataDirectory: string;
  readonly clock: Clock;
  readonly scheduler: ResourceScheduler;
  readonly events: EventRecorder;
  readonly launcher: Launcher;
  readonly checkpoints: CheckpointFolders;
  readonly sweep: StragglerSweep;
  readonly ports: MetricsPorts;
  /** Environment every container starts from. */
  readonly environment: Readonly<Record<string, string>>;
  /** Annotations every pod has unless it or its trial says otherwise. */
  readonly defaultAnnotations: Readonly<Record<string, string>>;
  /** Variables that a trial's containers have unless they declare them. */
  readonly trialEnvironment: (trial: Trial) => Readonly<Record<string, string>>;
  readonly onError: (where: string, error: Error) => void;
}
