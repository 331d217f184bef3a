import type { Experiment, StoredConfigMap, ValidationContext } from "../src/index.ts";

/** A valid experiment that a test changes in one place. */
export function validExperiment(): Experiment {
  return {
    apiVersion: "kubeflow.org/v1beta1",
    kind: "Experiment",
    metadata: { name: "tune", namespace: "default" },
    spec: {
      objective: { type: "maximize", goal: 0.99, objectiveMetricName: "accuracy", additionalMetricNames: ["loss"] },
      algorithm: { algorithmName: "random" },
      maxTrialCount: 12,
      parallelTrialCount: 3,
      maxFailedTrialCount: 3,
      parameters: [
        { name: "lr", parameterType: "double", feasibleSpace: { min: "0.01", max: "0.1" } },
        { name: "optimizer", parameterType: "categorical", feasibleSpace: { list: ["adam", "sgd"] } },
      ],
      trialTemplate: {
        primaryContainerName: "main",
        trialParameters: [
          { name: "lr", reference: "lr" },
          { name: "opt", reference: "optimizer" },
        ],
        trialSpec: {
          apiVersion: "batch/v1",
          kind: "Job",
          spec: {
            template: {
              spec: {
                restartPolicy: "Never",
                containers: [
                  {
                    name: "main",
                    image: "i",
                    command: ["train", "--lr=${trialParameters.lr}", "${trialParameters.opt}"],
                  },
                ],
              },
            },
          },
        },
      },
    },
  };
}

/** A home that knows two algorithms, one rule and the given ConfigMaps. */
export function context(configMaps: readonly StoredConfigMap[] = []): ValidationContext {
  return {
    catalogue: {
      algorithmNames: ["random", "grid"],
      earlyStoppingNames: ["medianstop"],
      checkAlgorithm: () => [],
      checkEarlyStopping: () => [],
    },
    configMap: (namespace, name) =>
      configMaps.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
    trialKinds: ["Job", "Pod"],
  };
}
