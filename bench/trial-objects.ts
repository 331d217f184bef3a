import { type KubeObject, type ResourceKind, TRIAL } from "@qalam/api";

// The trials that the measurements of stores and server are made with.

export type TrialLike = KubeObject & { status?: object };
export const TRIAL_LIKE = TRIAL as unknown as ResourceKind<TrialLike>;

/** A trial of an experiment with two parameters, as the experiment controller makes it. */
export function trial(index: number): TrialLike {
  const strategies = [
    { name: "accuracy", value: "max" },
    { name: "loss", value: "max" },
  ];
  const container = { name: "c", image: "python", command: ["python3", "/app/train.py", `--lr=${index / 1e4}`] };
  const spec = {
    objective: { type: "maximize", goal: 0.99, objectiveMetricName: "accuracy", metricStrategies: strategies },
    parameterAssignments: [
      { name: "lr", value: String(index / 1e4) },
      { name: "momentum", value: "0.5" },
    ],
    runSpec: { apiVersion: "batch/v1", kind: "Job", spec: { template: { spec: { containers: [container] } } } },
    primaryContainerName: "c",
    successCondition: 'status.conditions.#(type=="Complete")#|#(status=="True")#',
    failureCondition: 'status.conditions.#(type=="Failed")#|#(status=="True")#',
  };
  const labels = { "katib.kubeflow.org/experiment": "random" };
  const metadata = { name: `random-${String(index).padStart(6, "0")}`, namespace: "kubeflow", labels };
  return { apiVersion: "kubeflow.org/v1beta1", kind: "Trial", metadata, spec } as TrialLike;
}

/** A status with these conditions, in order. */
export function trialStatus(...types: string[]): object {
  const time = "2026-01-01T00:00:00Z";
  const condition = (type: string) => ({
    type,
    status: "True",
    reason: `Trial${type}`,
    message: `Trial is ${type}`,
    lastUpdateTime: time,
    lastTransitionTime: time,
  });
  return { startTime: time, conditions: types.map(condition) };
}
