import { EXPERIMENT, EXPERIMENT_LABEL, type Experiment, type ObjectKey, POD, type StoredPod, TRIAL } from "@qalam/api";
import { isSettled } from "@qalam/controllers";
import type { ResourceStore } from "@qalam/store";
import { forEachChange } from "./follow-experiments.ts";

/** Resolves when every trial of the experiments has ended, its observation is final, and none of their pods has a process any more. */
export async function waitUntilStopped(
  store: ResourceStore,
  keys: readonly ObjectKey[],
  signal: AbortSignal,
): Promise<void> {
  for (const { namespace, name } of keys) {
    const scope = { namespace, labelSelector: `${EXPERIMENT_LABEL}=${name}` };
    await untilNoneActive(store, TRIAL, scope, signal, (trial) => !isSettled(trial));
    await untilNoneActive(store, POD, scope, signal, hasProcesses);
  }
}

/** Resolves when the experiment's own counts know of no active trial, so that what is shown of it is final. @returns it; undefined when it is gone */
export async function untilCounted(
  store: ResourceStore,
  { namespace, name }: ObjectKey,
): Promise<Experiment | undefined> {
  let last: Experiment | undefined;
  await forEachChange(
    store,
    EXPERIMENT,
    { namespace, fieldSelector: `metadata.name=${name}` },
    AbortSignal.any([]),
    (experiment, deleted) => {
      last = deleted ? undefined : experiment;
      return (
        deleted || ((experiment.status?.trialsRunning ?? 0) === 0 && (experiment.status?.trialsPending ?? 0) === 0)
      );
    },
    (found) => found.length === 0,
  );
  return last;
}

function hasProcesses({ status }: StoredPod): boolean {
  return status?.phase !== "Succeeded" && status?.phase !== "Failed";
}

/** Keeps the set of active objects by their changes, until it is empty. */
async function untilNoneActive<
  T extends { metadata: { name: string; resourceVersion?: string }; apiVersion: string; kind: string },
>(
  store: ResourceStore,
  kind: Parameters<typeof forEachChange<T>>[1],
  scope: { namespace: string; labelSelector: string },
  signal: AbortSignal,
  isActive: (object: T) => boolean,
): Promise<void> {
  const active = new Set<string>();
  const onChange = (object: T, deleted: boolean) => {
    if (deleted || !isActive(object)) active.delete(object.metadata.name);
    else active.add(object.metadata.name);
    return active.size === 0;
  };
  await forEachChange(store, kind, scope, signal, onChange, (objects) => {
    active.clear();
    for (const object of objects.filter(isActive)) active.add(object.metadata.name);
    return active.size === 0;
  });
}
