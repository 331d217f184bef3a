import Type from "typebox";
import {
  Condition,
  EarlyStoppingRule,
  keyedBy,
  Metadata,
  ObjectiveSpec,
  Observation,
  ParameterAssignment,
  time,
} from "./common.ts";
import { MetricsCollectorSpec, type TemplateObject } from "./experiment.ts";

export const TrialSpec = Type.Object({
  objective: Type.Optional(ObjectiveSpec),
  parameterAssignments: Type.Optional(Type.Array(ParameterAssignment)),
  earlyStoppingRules: Type.Optional(Type.Array(EarlyStoppingRule)),
  runSpec: Type.Optional(
    Type.Unsafe<TemplateObject>({
      type: "object",
      "x-kubernetes-preserve-unknown-fields": true,
      description: "The rendered object that runs this trial.",
    }),
  ),
  retainRun: Type.Optional(Type.Boolean()),
  metricsCollector: Type.Optional(MetricsCollectorSpec),
  primaryPodLabels: Type.Optional(Type.Record(Type.String(), Type.String())),
  primaryContainerName: Type.Optional(Type.String()),
  successCondition: Type.Optional(Type.String()),
  failureCondition: Type.Optional(Type.String()),
  labels: Type.Optional(Type.Record(Type.String(), Type.String())),
});
export type TrialSpec = Type.Static<typeof TrialSpec>;

export const TrialStatus = Type.Object({
  startTime: time("When the trial was first reconciled."),
  completionTime: time("When it completed."),
  lastReconcileTime: time("Declared by Katib, never written."),
  conditions: Type.Optional(Type.Array(Condition, { ...keyedBy("type") })),
  observation: Type.Optional(Observation),
});
export type TrialStatus = Type.Static<typeof TrialStatus>;

export const Trial = Type.Object({
  apiVersion: Type.String(),
  kind: Type.String(),
  metadata: Metadata,
  spec: TrialSpec,
  status: Type.Optional(TrialStatus),
});
export type Trial = Type.Static<typeof Trial>;
