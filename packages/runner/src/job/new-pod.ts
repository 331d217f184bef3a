import { type StoredJob, type StoredPod, TRIAL_LABEL, type Trial } from "@qalam/api";
import { shortHash } from "@qalam/runtime";
import { PROCESS_FINALIZER } from "../pod/pod-controller.ts";

/** The pod of a job by number: the same number always gives the same name, so a crash between two writes makes no pod twice. */
export function newPod(job: StoredJob, number: number, trial: Trial | undefined): StoredPod {
  const { metadata, spec } = job;
  const { template } = spec ?? {};
  const index =
    spec?.completionMode === "Indexed" ? { "batch.kubernetes.io/job-completion-index": String(number) } : {};
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${metadata.name}-${shortHash(`${metadata.uid}/${number}`, 5)}`,
      namespace: metadata.namespace ?? "default",
      labels: {
        ...template?.metadata?.labels,
        "job-name": metadata.name,
        "batch.kubernetes.io/job-name": metadata.name,
        "controller-uid": metadata.uid ?? "",
        "batch.kubernetes.io/controller-uid": metadata.uid ?? "",
        ...index,
        ...trial?.metadata.labels,
        ...(trial !== undefined && { [TRIAL_LABEL]: trial.metadata.name }),
      },
      annotations: { ...template?.metadata?.annotations, ...index },
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
      containers: template?.spec?.containers ?? [],
    },
    status: { phase: "Pending" },
  };
}
