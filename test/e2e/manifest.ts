import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";

export interface ManifestOptions {
  readonly name?: string;
  readonly namespace?: string;
  /** Shell script of the training; `$X` is the parameter. */
  readonly script?: string;
  /** Replaces the script. */
  readonly command?: readonly string[];
  readonly max?: number;
  readonly parallel?: number;
  readonly spec?: Record<string, unknown>;
  readonly job?: Record<string, unknown>;
  readonly pod?: Record<string, unknown>;
  readonly container?: Record<string, unknown>;
}

/** Writes an experiment over one parameter x in 0 … 1 whose training is a shell script. @returns the file */
export function writeManifest(folder: string, options: ManifestOptions = {}): string {
  const {
    name = "test",
    namespace = "default",
    script = "echo loss=$X",
    max = 2,
    parallel = 2,
    spec = {},
    job = {},
    pod = {},
    container = {},
  } = options;
  const file = join(folder, `${namespace}-${name}.yaml`);
  writeFileSync(
    file,
    stringify({
      apiVersion: "kubeflow.org/v1beta1",
      kind: "Experiment",
      metadata: { name, namespace },
      spec: {
        objective: { type: "minimize", objectiveMetricName: "loss" },
        algorithm: { algorithmName: "random" },
        maxTrialCount: max,
        parallelTrialCount: parallel,
        parameters: [{ name: "x", parameterType: "double", feasibleSpace: { min: "0", max: "1" } }],
        trialTemplate: {
          primaryContainerName: "main",
          trialParameters: [{ name: "x", reference: "x" }],
          trialSpec: {
            apiVersion: "batch/v1",
            kind: "Job",
            spec: {
              ...job,
              template: {
                spec: {
                  restartPolicy: "Never",
                  ...pod,
                  containers: [
                    {
                      name: "main",
                      image: "busybox",
                      command: options.command ?? ["sh", "-c", script],
                      env: [{ name: "X", value: "${trialParameters.x}" }],
                      ...container,
                    },
                  ],
                },
              },
            },
          },
        },
        ...spec,
      },
    }),
  );
  return file;
}
