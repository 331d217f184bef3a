import { applyDefaults, type Experiment, type ExperimentSpec, type Trial, type TrialStatus } from "@qalam/api";

/** An experiment over x and y that minimises `loss`, with its defaults. */
export function experiment(name: string, spec: Partial<ExperimentSpec> = {}, namespace = "default"): Experiment {
  return applyDefaults({
    apiVersion: "kubeflow.org/v1beta1",
    kind: "Experiment",
    metadata: { name, namespace },
    spec: {
      objective: { type: "minimize", objectiveMetricName: "loss" },
      algorithm: { algorithmName: "random" },
      parallelTrialCount: 3,
      maxTrialCount: 6,
      parameters: [
        { name: "x", parameterType: "double", feasibleSpace: { min: "0", max: "1" } },
        { name: "y", parameterType: "categorical", feasibleSpace: { list: ["a", "b", "c"] } },
      ],
      trialTemplate: {
        primaryContainerName: "main",
        trialParameters: [
          { name: "x", reference: "x" },
          { name: "y", reference: "y" },
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
                    image: "none",
                    args: ["--x=${trialParameters.x}", "--y=${trialParameters.y}"],
                  },
                ],
              },
            },
          },
        },
      },
      ...spec,
    },
  });
}

/** A trial in a state, for tests of pure parts. */
export function trial(
  id: number,
  condition: string | undefined,
  extra: Partial<Trial> & { reason?: string } = {},
): Trial {
  const { reason = condition ?? "", ...rest } = extra;
  const status: TrialStatus = {
    ...(condition !== undefined && {
      conditions: [{ type: condition, status: "True", reason, message: `${id} ${condition}` }],
    }),
    ...(condition !== undefined && condition !== "Running" && { completionTime: "2026-01-01T00:00:00Z" }),
    ...rest.status,
  };
  return {
    apiVersion: "kubeflow.org/v1beta1",
    kind: "Trial",
    spec: {},
    ...rest,
    metadata: {
      name: `t${id}`,
      namespace: "default",
      uid: `u${id}`,
      annotations: { "qalam.dev/suggestion-id": `${id}` },
    },
    status,
  };
}

/** A status part with one observed value of `loss`. */
export function observed(value: string | number, name = "loss"): Pick<TrialStatus, "observation"> {
  const text = String(value);
  return { observation: { metrics: [{ name, min: text, max: text, latest: text }] } };
}
