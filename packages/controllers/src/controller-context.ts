import type { Experiment, Suggestion, Trial } from "@qalam/api";
import type { Clock, EventRecorder, Informer } from "@qalam/runtime";
import type { ObservationStore, ResourceStore } from "@qalam/store";
import type { RuleLookup } from "./early-stopping/experiment-rules.ts";
import type { SamplerHost } from "./suggestion/sampler-host.ts";
import type { RunKind } from "./trial/run-objects.ts";

/** What the controllers share. */
export interface ControllerContext {
  readonly store: ResourceStore;
  readonly observations: ObservationStore;
  readonly samplers: SamplerHost;
  readonly stoppingRules: RuleLookup;
  readonly clock: Clock;
  readonly events: EventRecorder;
  /** Caches; children are indexed by the uid of their controlling owner. */
  readonly experiments: Informer<Experiment>;
  readonly suggestions: Informer<Suggestion>;
  readonly trials: Informer<Trial>;
  readonly runKinds: readonly RunKind[];
  readonly deleteFinishedJobs: boolean;
  /** Why a trial's objective never arrived, for its condition. */
  readonly explainMissingMetric: (trial: Trial) => Promise<string>;
  /** Reports an error of a pass; it is tried again. */
  readonly onError: (controller: string, key: string, error: Error, attempt: number) => void;
}
