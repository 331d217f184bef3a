import { JOB, type StoredPod, TRIAL, type Trial } from "@qalam/api";
import type { ResourceStore } from "@qalam/store";

/** The Trial a pod runs for, found through its owners (Pod → Trial, or Pod → Job → Trial); undefined for other pods. */
export async function trialOfPod(pod: StoredPod, store: ResourceStore): Promise<Trial | undefined> {
  const namespace = pod.metadata.namespace ?? "";
  const direct = pod.metadata.ownerReferences?.find(({ kind }) => kind === "Trial");
  const job = pod.metadata.ownerReferences?.find(({ kind }) => kind === "Job");
  const owner =
    direct ??
    (job === undefined
      ? undefined
      : (await store.get(JOB, { namespace, name: job.name }, { shared: true }))?.metadata.ownerReferences?.find(
          ({ kind }) => kind === "Trial",
        ));
  if (owner === undefined) return undefined;
  const trial = await store.get(TRIAL, { namespace, name: owner.name }, { shared: true });
  return trial?.metadata.uid === owner.uid ? trial : undefined;
}

/** True when the metrics of a container of this pod count (Katib behaviour 4.6). */
export function isPrimary(trial: Trial, pod: StoredPod, container: string): boolean {
  const wanted = Object.entries(trial.spec.primaryPodLabels ?? {});
  return (
    container === trial.spec.primaryContainerName &&
    wanted.every(([key, value]) => pod.metadata.labels?.[key] === value)
  );
}
