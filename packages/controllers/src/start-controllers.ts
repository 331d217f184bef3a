import { EXPERIMENT, JOB, SUGGESTION, TRIAL, type Trial } from "@qalam/api";
import { type Clock, EventRecorder, Informer, ownerUid, systemClock } from "@qalam/runtime";
import type { ObservationStore, ResourceStore } from "@qalam/store";
import type { ControllerContext } from "./controller-context.ts";
import { ExperimentController } from "./experiment/experiment-controller.ts";
import type { SamplerHost } from "./suggestion/sampler-host.ts";
import { SuggestionController } from "./suggestion/suggestion-controller.ts";
import { TrialController } from "./trial/trial-controller.ts";

export interface ControllersOptions {
  readonly store: ResourceStore;
  readonly observations: ObservationStore;
  readonly samplers: SamplerHost;
  readonly clock?: Clock;
  /** Why a trial's objective never arrived. */
  readonly explainMissingMetric?: (trial: Trial) => Promise<string>;
  /** Errors of passes, which are tried again, and a store that gave up. */
  readonly onError: (where: string, error: Error) => void;
}

export interface Controllers {
  /** Stops all passes and resolves when none runs any more. */
  close(): Promise<void>;
}

/** Starts the controllers over a store. They go on from whatever is stored. */
export async function startControllers(options: ControllersOptions): Promise<Controllers> {
  const { store, clock = systemClock, onError } = options;
  const context: ControllerContext = {
    store,
    observations: options.observations,
    samplers: options.samplers,
    clock,
    events: new EventRecorder(store, clock, (error) => onError("events", error)),
    experiments: new Informer(store, EXPERIMENT),
    suggestions: new Informer(store, SUGGESTION, ownerUid),
    trials: new Informer(store, TRIAL, ownerUid),
    jobs: new Informer(store, JOB, ownerUid),
    explainMissingMetric: options.explainMissingMetric ?? (async () => "no value of the objective was reported"),
    onError: (controller, key, error, attempt) => onError(`${controller} ${key} (attempt ${attempt})`, error),
  };
  const controllers = [
    new ExperimentController(context),
    new SuggestionController(context),
    new TrialController(context),
  ];
  const informers = [context.jobs, context.trials, context.suggestions, context.experiments];
  // Children first, so that an experiment is never seen without the trials it has.
  for (const informer of informers) await informer.start((error) => onError("watch", error));
  return {
    async close() {
      await Promise.all(controllers.map((controller) => controller.close()));
      await Promise.all(informers.map((informer) => informer.close()));
      await context.events.flush();
      await context.samplers.close();
    },
  };
}
