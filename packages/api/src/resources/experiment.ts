import type { Container, HTTPGetAction } from "kubernetes-types/core/v1.js";
import Type from "typebox";
import {
  AlgorithmSpec,
  Condition,
  EarlyStoppingSpec,
  int32,
  keyedBy,
  Metadata,
  ObjectiveSpec,
  Observation,
  ParameterAssignment,
  ParameterSpec,
  stringEnum,
  time,
} from "./common.ts";

export const COLLECTOR_KINDS = [
  "StdOut",
  "File",
  "TensorFlowEvent",
  "PrometheusMetric",
  "Custom",
  "Push",
  "None",
] as const;
export type CollectorKind = (typeof COLLECTOR_KINDS)[number];
export const RESUME_POLICIES = ["Never", "LongRunning", "FromVolume"] as const;
export type ResumePolicy = (typeof RESUME_POLICIES)[number];

export const MetricsCollectorSpec = Type.Object({
  source: Type.Optional(
    Type.Object({
      httpGet: Type.Optional(
        Type.Unsafe<HTTPGetAction>({
          type: "object",
          "x-kubernetes-preserve-unknown-fields": true,
          description: "Where to scrape (PrometheusMetric): port, path, host, scheme.",
        }),
      ),
      fileSystemPath: Type.Optional(
        Type.Object({
          path: Type.Optional(
            Type.String({ description: "Absolute path of the metrics file or directory in the container." }),
          ),
          kind: Type.Optional(stringEnum(["File", "Directory"], { description: "What the path names." })),
          format: Type.Optional(stringEnum(["TEXT", "JSON"], { description: "Format of a metrics file." })),
        }),
      ),
      filter: Type.Optional(
        Type.Object({
          metricsFormat: Type.Optional(
            Type.Array(Type.String(), {
              description: "Regular expressions (Go syntax) with two groups: metric name and value.",
            }),
          ),
        }),
      ),
    }),
  ),
  collector: Type.Optional(
    Type.Object({
      kind: Type.Optional(stringEnum(COLLECTOR_KINDS, { description: "Where metrics come from." })),
      customCollector: Type.Optional(
        Type.Unsafe<Container>({
          type: "object",
          "x-kubernetes-preserve-unknown-fields": true,
          description: "Container that reports the metrics (Custom).",
        }),
      ),
    }),
  ),
});
export type MetricsCollectorSpec = Type.Static<typeof MetricsCollectorSpec>;

export const TrialParameterSpec = Type.Object({
  name: Type.Optional(Type.String({ description: "Name in the template: ${trialParameters.<name>}." })),
  description: Type.Optional(Type.String()),
  reference: Type.Optional(
    Type.String({ description: "Parameter of the search space, or trial metadata such as ${trialSpec.Name}." }),
  ),
});
export type TrialParameterSpec = Type.Static<typeof TrialParameterSpec>;

/** The object a trial runs: any kind, with its placeholders. */
export type TemplateObject = {
  apiVersion?: string;
  kind?: string;
  metadata?: Record<string, unknown>;
  [field: string]: unknown;
};

export const TrialTemplate = Type.Object({
  retain: Type.Optional(Type.Boolean({ description: "Keep the trial's job after it finished." })),
  trialSpec: Type.Optional(
    Type.Unsafe<TemplateObject>({
      type: "object",
      "x-kubernetes-preserve-unknown-fields": true,
      description: "The object that runs one trial, with ${trialParameters.<name>} placeholders.",
    }),
  ),
  configMap: Type.Optional(
    Type.Object({
      configMapName: Type.Optional(Type.String()),
      configMapNamespace: Type.Optional(Type.String()),
      templatePath: Type.Optional(Type.String({ description: "Key of the ConfigMap that holds the template." })),
    }),
  ),
  trialParameters: Type.Optional(
    Type.Array(TrialParameterSpec, { description: "Placeholders of the template and what fills them." }),
  ),
  primaryPodLabels: Type.Optional(
    Type.Record(Type.String(), Type.String(), { description: "Labels of the pods whose metrics count." }),
  ),
  primaryContainerName: Type.Optional(Type.String({ description: "Container whose metrics count." })),
  successCondition: Type.Optional(
    Type.String({ description: "GJSON expression over the job; a match means success." }),
  ),
  failureCondition: Type.Optional(
    Type.String({ description: "GJSON expression over the job; a match means failure." }),
  ),
});
export type TrialTemplate = Type.Static<typeof TrialTemplate>;

export const NasConfig = Type.Object({
  graphConfig: Type.Optional(
    Type.Object({
      numLayers: Type.Optional(int32("Number of layers.")),
      inputSizes: Type.Optional(Type.Array(int32("Size of one input dimension."))),
      outputSizes: Type.Optional(Type.Array(int32("Size of one output dimension."))),
    }),
  ),
  operations: Type.Optional(
    Type.Array(
      Type.Object({
        operationType: Type.Optional(Type.String()),
        parameters: Type.Optional(Type.Array(ParameterSpec)),
      }),
    ),
  ),
});
export type NasConfig = Type.Static<typeof NasConfig>;

export const ExperimentSpec = Type.Object({
  parameters: Type.Optional(
    Type.Array(ParameterSpec, {
      description: "Search space: one of parameters and nasConfig.",
      ...keyedBy("name"),
    }),
  ),
  objective: Type.Optional(ObjectiveSpec),
  algorithm: Type.Optional(AlgorithmSpec),
  earlyStopping: Type.Optional(EarlyStoppingSpec),
  trialTemplate: Type.Optional(TrialTemplate),
  parallelTrialCount: Type.Optional(
    int32("Trials that run at the same time. Default: 3, or maxTrialCount if that is less."),
  ),
  maxTrialCount: Type.Optional(int32("Trials to make in total. Unbounded when absent.")),
  maxFailedTrialCount: Type.Optional(
    int32("The experiment fails when this many trials have failed (0 and 1: at the first)."),
  ),
  metricsCollectorSpec: Type.Optional(MetricsCollectorSpec),
  nasConfig: Type.Optional(NasConfig),
  resumePolicy: Type.Optional(
    stringEnum(RESUME_POLICIES, {
      description: "Whether a completed experiment may be given a larger budget.",
      default: "Never",
    }),
  ),
  maxDuration: Type.Optional(
    Type.String({
      description: "Wall-clock budget such as 90s, 30m or 2h: the experiment ends when it is used up. Not in Katib.",
    }),
  ),
  completionPolicy: Type.Optional(
    stringEnum(["StopTrials", "FinishTrials"], {
      description:
        "What happens to running trials when the experiment ends: without it they are stopped. Not in Katib.",
    }),
  ),
  parameterConstraints: Type.Optional(
    Type.Array(Type.String(), {
      description: "Inequalities between parameters, such as 'a + 2*b <= 10'. Not in Katib.",
    }),
  ),
  initialTrials: Type.Optional(
    Type.Array(Type.Object({ parameterAssignments: Type.Array(ParameterAssignment) }), {
      description: "Points to try first. Not in Katib.",
    }),
  ),
  warmStart: Type.Optional(
    Type.Object(
      {
        experiments: Type.Array(Type.String(), {
          description: "Experiments of the same namespace whose finished trials are told to the algorithm.",
        }),
      },
      { description: "Not in Katib." },
    ),
  ),
});
export type ExperimentSpec = Type.Static<typeof ExperimentSpec>;

const names = (state: string) =>
  Type.Optional(Type.Array(Type.String(), { description: `Names of the ${state} trials.` }));
const count = (state: string) => Type.Optional(int32(`Number of ${state} trials.`));

export const OptimalTrial = Type.Object({
  bestTrialName: Type.Optional(Type.String()),
  parameterAssignments: Type.Optional(Type.Array(ParameterAssignment)),
  observation: Type.Optional(Observation),
});
export type OptimalTrial = Type.Static<typeof OptimalTrial>;

export const ExperimentStatus = Type.Object({
  startTime: time("When the experiment was first reconciled."),
  completionTime: time("When it completed."),
  lastReconcileTime: time("Declared by Katib, never written."),
  conditions: Type.Optional(Type.Array(Condition, { ...keyedBy("type") })),
  currentOptimalTrial: Type.Optional(OptimalTrial),
  optimalTrials: Type.Optional(
    Type.Array(OptimalTrial, { description: "The Pareto front, when there are several objectives. Not in Katib." }),
  ),
  runningTrialList: names("running"),
  pendingTrialList: names("pending"),
  failedTrialList: names("failed"),
  succeededTrialList: names("succeeded"),
  killedTrialList: names("killed"),
  earlyStoppedTrialList: names("early-stopped"),
  metricsUnavailableTrialList: names("metrics-unavailable"),
  trials: count("all"),
  trialsSucceeded: count("succeeded"),
  trialsFailed: count("failed"),
  trialsKilled: count("killed"),
  trialsPending: count("pending"),
  trialsRunning: count("running"),
  trialsEarlyStopped: count("early-stopped"),
  trialMetricsUnavailable: count("metrics-unavailable"),
});
export type ExperimentStatus = Type.Static<typeof ExperimentStatus>;

export const Experiment = Type.Object({
  apiVersion: Type.String(),
  kind: Type.String(),
  metadata: Metadata,
  spec: ExperimentSpec,
  status: Type.Optional(ExperimentStatus),
});
export type Experiment = Type.Static<typeof Experiment>;
