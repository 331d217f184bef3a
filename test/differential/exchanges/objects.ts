import type { Exchange } from "../exchange.ts";

/** Path of a kind's objects. @param resource `pods`, `batch/v1/jobs` */
function collection(resource: string, namespace: string): string {
  const [group, version, plural] = resource.includes("/") ? resource.split("/") : ["", "v1", resource];
  return `${group === "" ? "/api" : `/apis/${group}`}/${version}/namespaces/${namespace}/${plural}`;
}

/** Makes the namespace that a table works in. */
export function inNamespace(name: string, exchanges: (at: (resource: string) => string) => Exchange[]): Exchange[] {
  const body = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  return [
    { name: `${name}: its namespace`, method: "POST", path: "/api/v1/namespaces", body },
    ...exchanges((resource) => collection(resource, name)).map((exchange) => ({
      ...exchange,
      name: `${name}: ${exchange.name}`,
    })),
  ];
}

export function configMap(name: string, data: object = {}, metadata: object = {}): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...metadata }, data };
}

export function trial(name: string, spec: object = {}, metadata: object = {}): object {
  return { apiVersion: "kubeflow.org/v1beta1", kind: "Trial", metadata: { name, ...metadata }, spec };
}

export function pod(name: string, metadata: object = {}, spec: object = {}): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, ...metadata },
    spec: { containers: [{ name: "main", image: "busybox", command: ["true"] }], ...spec },
  };
}

export function job(name: string, metadata: object = {}, spec: object = {}): object {
  const template = { spec: { containers: [{ name: "main", image: "busybox" }], restartPolicy: "Never" } };
  return { apiVersion: "batch/v1", kind: "Job", metadata: { name, ...metadata }, spec: { template, ...spec } };
}

export function experiment(name: string, spec: object = {}, metadata: object = {}): object {
  return {
    apiVersion: "kubeflow.org/v1beta1",
    kind: "Experiment",
    metadata: { name, ...metadata },
    spec: {
      maxTrialCount: 3,
      parallelTrialCount: 2,
      maxFailedTrialCount: 1,
      resumePolicy: "Never",
      objective: {
        type: "minimize",
        objectiveMetricName: "loss",
        metricStrategies: [{ name: "loss", value: "min" }],
      },
      algorithm: { algorithmName: "random" },
      metricsCollectorSpec: { collector: { kind: "StdOut" } },
      parameters: [
        { name: "lr", parameterType: "double", feasibleSpace: { min: "0.1", max: "1", distribution: "uniform" } },
      ],
      trialTemplate: {
        primaryContainerName: "main",
        primaryPodLabels: { "batch.kubernetes.io/job-name": "x" },
        successCondition: 'status.conditions.#(type=="Complete")#|#(status=="True")#',
        failureCondition: 'status.conditions.#(type=="Failed")#|#(status=="True")#',
        trialParameters: [{ name: "learningRate", reference: "lr", description: "" }],
        trialSpec: {
          apiVersion: "batch/v1",
          kind: "Job",
          spec: {
            template: {
              spec: {
                containers: [{ name: "main", image: "busybox", command: ["echo", "${trialParameters.learningRate}"] }],
                restartPolicy: "Never",
              },
            },
          },
        },
      },
      ...spec,
    },
  };
}
