import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type Condition,
  metricValue,
  type ObjectiveSpec,
  SUGGESTION_ID_ANNOTATION,
  strategyOf,
  type Trial,
  type TrialAssignment,
  trialListOf,
} from "@qalam/api";
import { isDisplaced } from "@qalam/controllers";
import { type Trial as TrialMessage, type TrialSchema, TrialStatus_TrialConditionType } from "../generated/katib_pb.ts";
import { trialConditions } from "./enums.ts";
import { nameValue, objectiveToMessage } from "./experiment-message.ts";

/** The label that carries a suggestion's number from the reply through the trial to the next request. */
export const SUGGESTION_ID_LABEL = SUGGESTION_ID_ANNOTATION;

const { CREATED, RUNNING, UNKNOWN } = TrialStatus_TrialConditionType;

/** A trial as Katib's messages tell it: one value per metric, as the objective's strategy chooses. One that will run again is told as running. */
export function trialToMessage(trial: Trial, objective: ObjectiveSpec): MessageInitShape<typeof TrialSchema> {
  const { metadata, spec, status } = trial;
  const metrics = (status?.observation?.metrics ?? []).map((metric) => ({
    name: metric.name,
    value: metricValue(metric, strategyOf(objective, metric.name)),
  }));
  const list = isDisplaced(trial) ? "running" : trialListOf(trial);
  const word = `${list.charAt(0).toUpperCase()}${list.slice(1)}`;
  return {
    name: metadata.name,
    spec: {
      objective: objectiveToMessage(objective),
      parameterAssignments: { assignments: spec.parameterAssignments ?? [] },
      labels: { ...metadata.labels, ...spec.labels },
    },
    status: {
      startTime: status?.startTime ?? "",
      completionTime: status?.completionTime ?? "",
      condition: list === "pending" ? CREATED : (trialConditions.number(word) ?? RUNNING),
      observation: { metrics },
    },
  };
}

/** An assignment that has no trial yet, told as one. */
export function assignmentToMessage(
  { name, parameterAssignments = [], labels = {} }: TrialAssignment,
  objective: ObjectiveSpec,
): MessageInitShape<typeof TrialSchema> {
  return {
    name,
    spec: {
      objective: objectiveToMessage(objective),
      parameterAssignments: { assignments: parameterAssignments },
      labels,
    },
    status: { condition: CREATED },
  };
}

/**
 * The trials of a request. Each has the number that its label says; those without one get the numbers that are left, in the order in which they started.
 */
export function trialsFromMessages(messages: readonly TrialMessage[]): Trial[] {
  const taken = new Set(messages.flatMap((message) => labelledId(message) ?? []));
  let next = 0;
  const free = (): number => {
    while (taken.has(next)) next++;
    return next++;
  };
  return [...messages]
    .sort((a, b) => compareText(startOf(a), startOf(b)) || compareText(a.name, b.name))
    .map((message) => trialFromMessage(message, labelledId(message) ?? free()));
}

function trialFromMessage({ name, spec, status }: TrialMessage, id: number): Trial {
  const { condition = CREATED, observation, startTime = "", completionTime = "" } = status ?? {};
  const type = condition === UNKNOWN ? undefined : trialConditions.word(condition);
  const conditions: Condition[] = type === undefined ? [] : [{ type, status: "True" }];
  const metrics = (observation?.metrics ?? []).map((metric) => ({
    name: metric.name,
    min: metric.value,
    max: metric.value,
    latest: metric.value,
  }));
  return {
    apiVersion: "kubeflow.org/v1beta1",
    kind: "Trial",
    metadata: { name, labels: spec?.labels ?? {}, annotations: { [SUGGESTION_ID_ANNOTATION]: String(id) } },
    spec: { parameterAssignments: (spec?.parameterAssignments?.assignments ?? []).map(nameValue) },
    status: {
      conditions,
      ...(startTime !== "" && { startTime }),
      ...(completionTime !== "" && { completionTime }),
      observation: { metrics },
    },
  };
}

function labelledId({ spec }: TrialMessage): number | undefined {
  const text = spec?.labels[SUGGESTION_ID_LABEL];
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function startOf({ status }: TrialMessage): string {
  return status?.startTime || "9999"; // those that have not started come last
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
