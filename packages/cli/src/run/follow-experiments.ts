import {
  EXPERIMENT,
  EXPERIMENT_LABEL,
  type Experiment,
  isExperimentOver,
  type KubeObject,
  type ObjectKey,
  type ResourceKind,
  TRIAL,
  type Trial,
} from "@qalam/api";
import { ExpiredError, type ResourceStore, type ResourceWatch } from "@qalam/store";

/** What is told of every change while experiments run. */
export interface ExperimentListener {
  experiment(experiment: Experiment): void;
  trial(trial: Trial): void;
}

/**
 * Follows experiments until each has completed and its last trial has ended. @param signal ends the following early
 * @returns the experiments as last seen, in the order asked for; undefined where one was deleted
 */
export async function followExperiments(
  store: ResourceStore,
  keys: readonly ObjectKey[],
  listener: ExperimentListener,
  signal: AbortSignal,
): Promise<(Experiment | undefined)[]> {
  return Promise.all(keys.map((key) => followOne(store, key, listener, signal)));
}

async function followOne(
  store: ResourceStore,
  { namespace, name }: ObjectKey,
  listener: ExperimentListener,
  signal: AbortSignal,
): Promise<Experiment | undefined> {
  let last: Experiment | undefined;
  const stop = new AbortController();
  const end = AbortSignal.any([signal, stop.signal]);
  const trials = forEachChange(
    store,
    TRIAL,
    { namespace, labelSelector: `${EXPERIMENT_LABEL}=${name}` },
    end,
    (trial, deleted) => {
      if (!deleted) listener.trial(trial);
    },
  );
  await forEachChange(
    store,
    EXPERIMENT,
    { namespace, fieldSelector: `metadata.name=${name}` },
    end,
    (experiment, deleted) => {
      last = deleted ? undefined : experiment;
      if (!deleted) listener.experiment(experiment);
      return deleted || isExperimentOver(experiment);
    },
    (found) => found.length === 0, // deleted before it could be followed
  );
  stop.abort();
  await trials;
  return last;
}

type Scope = { namespace: string; labelSelector?: string; fieldSelector?: string };

/**
 * Calls back for every object that matches and each of its changes, without a gap between the two; starts over when the store forgot where the watch was. Ends when a
 * callback returns true. @param onListed all that matches, at the start and whenever it starts over: the deletion of what is not among it will not be told
 */
export async function forEachChange<T extends KubeObject>(
  store: ResourceStore,
  kind: ResourceKind<T>,
  scope: Scope,
  signal: AbortSignal,
  onChange: (object: T, deleted: boolean) => boolean | void,
  onListed?: (objects: readonly T[]) => boolean,
): Promise<void> {
  while (!signal.aborted) {
    const { items, resourceVersion } = await store.list(kind, { ...scope, shared: true });
    if (onListed?.(items) === true || items.some((object) => onChange(object, false) === true)) return;
    if (signal.aborted) return;
    const watch: ResourceWatch<T> = store.watch(kind, { ...scope, resourceVersion, shared: true });
    const close = () => watch.close();
    signal.addEventListener("abort", close, { once: true });
    try {
      for await (const event of watch) {
        if (event.type !== "BOOKMARK" && onChange(event.object, event.type === "DELETED") === true) return;
      }
      return;
    } catch (error) {
      if (!(error instanceof ExpiredError)) throw error;
    } finally {
      signal.removeEventListener("abort", close);
      watch.close();
    }
  }
}
