import { EXPERIMENT_LABEL, type Experiment, PAUSED_ANNOTATION, type Suggestion } from "@qalam/api";
import { controllerReference } from "../owner-reference.ts";

/** Annotations that speak of the experiment itself. */
const experimentOnly = [PAUSED_ANNOTATION, "kubectl.kubernetes.io/last-applied-configuration"];

/** The Suggestion of an experiment: same name, its labels and annotations, its algorithm (Katib behaviour 1.5, 1.7). */
export function newSuggestion(experiment: Experiment, requests: number): Suggestion {
  const { metadata, spec, apiVersion } = experiment;
  return {
    apiVersion,
    kind: "Suggestion",
    metadata: {
      name: metadata.name,
      namespace: metadata.namespace ?? "default",
      labels: { ...metadata.labels, [EXPERIMENT_LABEL]: metadata.name },
      annotations: Object.fromEntries(
        Object.entries(metadata.annotations ?? {}).filter(([name]) => !experimentOnly.includes(name)),
      ),
      ownerReferences: [controllerReference(experiment)],
    },
    spec: {
      ...(spec.algorithm !== undefined && { algorithm: spec.algorithm }),
      ...(spec.earlyStopping !== undefined && { earlyStopping: spec.earlyStopping }),
      requests,
      resumePolicy: spec.resumePolicy ?? "Never",
    },
  };
}
