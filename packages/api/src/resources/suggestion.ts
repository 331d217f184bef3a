import Type from "typebox";
import {
  AlgorithmSpec,
  Condition,
  EarlyStoppingRule,
  EarlyStoppingSpec,
  int32,
  keyedBy,
  Metadata,
  NameValue,
  ParameterAssignment,
  stringEnum,
  time,
} from "./common.ts";
import { RESUME_POLICIES } from "./experiment.ts";

export const TrialAssignment = Type.Object({
  name: Type.String({ description: "Name of the trial made from this assignment." }),
  id: Type.Optional(int32("Number of the suggestion within the experiment. Not in Katib.")),
  origin: Type.Optional(Type.String({ description: "Which method made it and why. Not in Katib." })),
  parameterAssignments: Type.Optional(Type.Array(ParameterAssignment)),
  earlyStoppingRules: Type.Optional(Type.Array(EarlyStoppingRule)),
  labels: Type.Optional(
    Type.Record(Type.String(), Type.String(), {
      description: "Labels the algorithm gives the trial (generation, rung, parent …).",
    }),
  ),
});
export type TrialAssignment = Type.Static<typeof TrialAssignment>;

export const SuggestionSpec = Type.Object({
  algorithm: Type.Optional(AlgorithmSpec),
  earlyStopping: Type.Optional(EarlyStoppingSpec),
  requests: Type.Optional(int32("Assignments requested so far, in total.")),
  resumePolicy: Type.Optional(stringEnum(RESUME_POLICIES)),
});
export type SuggestionSpec = Type.Static<typeof SuggestionSpec>;

export const SuggestionStatus = Type.Object({
  algorithmSettings: Type.Optional(Type.Array(NameValue, { description: "Settings the algorithm gave back." })),
  suggestionCount: Type.Optional(int32("Number of assignments made.")),
  suggestions: Type.Optional(Type.Array(TrialAssignment)),
  exhausted: Type.Optional(Type.Boolean({ description: "The algorithm has nothing more to suggest. Not in Katib." })),
  algorithmState: Type.Optional(
    Type.String({ description: "What the algorithm needs beside the trials to go on, as JSON text. Not in Katib." }),
  ),
  startTime: time("When the first reconciliation happened."),
  completionTime: time("Declared by Katib, never written."),
  lastReconcileTime: time("Declared by Katib, never written."),
  conditions: Type.Optional(Type.Array(Condition, { ...keyedBy("type") })),
});
export type SuggestionStatus = Type.Static<typeof SuggestionStatus>;

export const Suggestion = Type.Object({
  apiVersion: Type.String(),
  kind: Type.String(),
  metadata: Metadata,
  spec: SuggestionSpec,
  status: Type.Optional(SuggestionStatus),
});
export type Suggestion = Type.Static<typeof Suggestion>;
