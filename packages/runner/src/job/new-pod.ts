import { type StoredJob, type StoredPod, TRIAL_LABEL, type Trial } from "@qalam/api";
import { shortHash } from "@qalam/runtime";
import type { Container } from "kubernetes-types/core/v1.js";
import { customCollector } from "../metrics/custom-collector.ts";
import { PROCESS_FINALIZER } from "../pod/pod-controller.ts";
import { isPrimary } from "../trial-of-pod.ts";

/** Annotation and label of pods of Indexed jobs. */
export const INDEX_ANNOTATION = "batch.kubernetes.io/job-completion-index";

/** Which of a job's pods. */
export interface PodNumber {
  /** Counts the pods of a job, or of an index of it. */
  readonly number: number;
  /** Of an Indexed job. */
  readonly index?: number;
}

/** The same number always gives the same name, so a crash between two writes makes no pod twice. */
export function podName({ metadata }: StoredJob, { number, index }: PodNumber): string {
  const stem = index === undefined ? metadata.name : `${metadata.name}-${index}`;
  return `${stem}-${shortHash(`${metadata.uid}/${index ?? ""}/${number}`, 5)}`;
}

/** A pod of a job, with what Katib's webhook adds to the pods of trials (Katib behaviour 5.2). */
export function newPod(job: StoredJob, which: PodNumber, trial: Trial | undefined): StoredPod {
  const { metadata, spec } = job;
  const { template } = spec ?? {};
  const { index } = which;
  const indexed = index === undefined ? {} : { [INDEX_ANNOTATION]: String(index) };
  const pod: StoredPod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: podName(job, which),
      namespace: metadata.namespace ?? "default",
      labels: {
        ...template?.metadata?.labels,
        "job-name": metadata.name,
        "batch.kubernetes.io/job-name": metadata.name,
        "controller-uid": metadata.uid ?? "",
        "batch.kubernetes.io/controller-uid": metadata.uid ?? "",
        ...indexed,
        ...trial?.metadata.labels,
        ...(trial !== undefined && { [TRIAL_LABEL]: trial.metadata.name }),
      },
      annotations: { ...template?.metadata?.annotations, ...indexed },
      finalizers: [PROCESS_FINALIZER],
      ownerReferences: [
        {
          apiVersion: "batch/v1",
          kind: "Job",
          name: metadata.name,
          uid: metadata.uid ?? "",
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      restartPolicy: "Never",
      nodeName: "localhost",
      ...template?.spec,
      ...(index !== undefined && { hostname: `${metadata.name}-${index}` }),
      containers: (template?.spec?.containers ?? []).map((container) => withIndex(container, index)),
    },
    status: { phase: "Pending" },
  };
  return trial === undefined ? pod : withCollector(pod, trial);
}

/** Katib's webhook adds the user's collector to the pods whose metrics count. */
function withCollector(pod: StoredPod, trial: Trial): StoredPod {
  const collector = customCollector(trial);
  const { spec = { containers: [] } } = pod;
  if (collector === undefined || !spec.containers.some(({ name }) => isPrimary(trial, pod, name))) return pod;
  return { ...pod, spec: { ...spec, containers: [...spec.containers, collector] } };
}

function withIndex(container: Container, index: number | undefined): Container {
  if (index === undefined) return container;
  const fieldPath = `metadata.annotations['${INDEX_ANNOTATION}']`;
  return {
    ...container,
    env: [...(container.env ?? []), { name: "JOB_COMPLETION_INDEX", valueFrom: { fieldRef: { fieldPath } } }],
  };
}
