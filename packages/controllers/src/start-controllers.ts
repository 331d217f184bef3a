import { EXPERIMENT, JOB, type KubeObject, POD, type ResourceKind, SUGGESTION, TRIAL, type Trial } from "@qalam/api";
import { type Clock, EventRecorder, Informer, ownerUid, systemClock } from "@qalam/runtime";
import type { ObservationStore, ResourceStore } from "@qalam/store";
import type { ControllerContext } from "./controller-context.ts";
import type { RuleLookup } from "./early-stopping/experiment-rules.ts";
import { ExperimentController } from "./experiment/experiment-controller.ts";
import type { SamplerHost } from "./suggestion/sampler-host.ts";
import { SuggestionController } from "./suggestion/suggestion-controller.ts";
import type { RunKind } from "./trial/run-objects.ts";
import { TrialController } from "./trial/trial-controller.ts";

export interface ControllersOptions {
  readonly store: ResourceStore;
  readonly observations: ObservationStore;
  /** Closed with the controllers. */
  readonly samplers: SamplerHost;
  /** Early-stopping rules by name. @default none */
  readonly stoppingRules?: RuleLookup;
  readonly clock?: Clock;
  /** Kinds that trials may run. @default Job and Pod */
  readonly runKinds?: readonly ResourceKind[];
  /** Deletes a trial's job when the trial is over and does not retain it, as Katib does; else pods and logs stay readable. @default false */
  readonly deleteFinishedJobs?: boolean;
  /** Why a trial's objective never arrived. */
  readonly explainMissingMetric?: (trial: Trial) => Promise<string>;
  /** Errors of passes, which are tried again, and a store that gave up. */
  readonly onError: (where: string, error: Error) => void;
}

export interface Controllers {
  /** Resolves when nothing is left to do until time passes or somebody else writes. For tests and orderly ends: it reads all resources. */
  idle(): Promise<void>;
  /** Stops all passes and resolves when none runs any more. */
  close(): Promise<void>;
}

/** Starts the controllers over a store. They go on from whatever is stored. */
export async function startControllers(options: ControllersOptions): Promise<Controllers> {
  const context = contextOf(options);
  const trialController = new TrialController(context);
  const controllers = [new ExperimentController(context), new SuggestionController(context), trialController];
  // Children first, so that an experiment is never seen without the trials it has.
  const informers: readonly Informer<never>[] = [
    ...context.runKinds.map(({ informer }) => informer),
    context.trials,
    context.suggestions,
    context.experiments,
  ] as never;
  const close = async (): Promise<void> => {
    await Promise.all(controllers.map((controller) => controller.close()));
    await Promise.all(informers.map((informer) => informer.close()));
    await context.events.flush();
    await context.samplers.close();
  };
  try {
    for (const informer of informers) await informer.start((error) => options.onError("watch", error));
  } catch (error) {
    await close();
    throw error;
  }
  const queues = controllers.map(({ queue }) => queue);
  const idle = async (): Promise<void> => {
    for (let before: string | undefined; ; ) {
      const now = await options.store.currentResourceVersion();
      if (now === before && queues.every((queue) => queue.isIdle)) return;
      before = now;
      await Promise.all(informers.map((informer) => informer.caughtUp()));
      await Promise.all([...queues.map((queue) => queue.idle()), trialController.earlyStopping.idle()]);
      await context.events.flush();
    }
  };
  return { idle, close };
}

function contextOf(options: ControllersOptions): ControllerContext {
  const { store, clock = systemClock, onError } = options;
  const runKind = (kind: ResourceKind): RunKind => ({
    kind,
    informer: new Informer<KubeObject>(store, kind, ownerUid),
  });
  return {
    store,
    observations: options.observations,
    samplers: options.samplers,
    stoppingRules: options.stoppingRules ?? (() => undefined),
    clock,
    events: new EventRecorder(store, clock, (error) => onError("events", error)),
    experiments: new Informer(store, EXPERIMENT),
    suggestions: new Informer(store, SUGGESTION, ownerUid),
    trials: new Informer(store, TRIAL, ownerUid),
    runKinds: (options.runKinds ?? [JOB, POD]).map(runKind),
    deleteFinishedJobs: options.deleteFinishedJobs ?? false,
    explainMissingMetric: options.explainMissingMetric ?? (async () => "no value of the objective was reported"),
    onError: (controller, key, error, attempt) => onError(`${controller} ${key} (attempt ${attempt})`, error),
  };
}
