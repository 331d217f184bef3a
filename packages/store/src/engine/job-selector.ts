import { JOB, type KubeObject, type ResourceKind, type StoredJob } from "@qalam/api";
import { sameJson } from "./json-value.ts";

const CONTROLLER_UID = "batch.kubernetes.io/controller-uid";

export function isJob({ group, kind }: Pick<ResourceKind, "kind" | "group">): boolean {
  return kind === JOB.kind && group === JOB.group;
}

/**
 * A new Job with what a Kubernetes API server adds by its uid: the labels of its pods and the selector that finds them, by which `kubectl logs job/NAME` works.
 * A Job with `manualSelector` has its own.
 */
export function selectingItsPods(object: KubeObject): KubeObject {
  const job = object as StoredJob;
  const { metadata, spec } = job;
  if (spec?.template === undefined || spec.manualSelector === true) return object;
  const uid = metadata.uid ?? "";
  const given = spec.template.metadata?.labels ?? {};
  const { labels: own = given } = metadata; // a Job without labels has those of its pods
  const labels = {
    ...given,
    [CONTROLLER_UID]: uid,
    "batch.kubernetes.io/job-name": metadata.name,
    "controller-uid": uid,
    "job-name": metadata.name,
  };
  const completed: StoredJob = {
    ...job,
    metadata: { ...metadata, labels: sameJson(own, given) ? labels : own },
    spec: {
      ...spec,
      selector: { matchLabels: { [CONTROLLER_UID]: uid } },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
  };
  return completed;
}
