import type { FinishedTrial, PendingTrial, SearchSpace } from "@qalam/algorithms";
import {
  isTrialCompleted,
  type ObjectiveSpec,
  type ParameterAssignment,
  type Trial,
  type TrialAssignment,
  trialListOf,
} from "@qalam/api";
import { constraintViolations, objectiveValues } from "../trial/measurement.ts";
import { isDisplaced } from "../trial/stop-reasons.ts";
import type { LearningCurve } from "./learning-curves.ts";

/** What an algorithm is told of one trial, small enough to be sent to a worker. */
export interface TrialFacts {
  /** Number of its suggestion; negative for a trial of another experiment. */
  readonly id: number;
  readonly assignments: readonly ParameterAssignment[];
  readonly labels: Readonly<Record<string, string>>;
  readonly state: "pending" | FinishedTrial["state"];
  /** One per objective, as measured; empty unless the trial has a result. */
  readonly values: readonly number[];
  /** One per outcome constraint: feasible at most zero. */
  readonly constraints?: readonly number[];
  /** Of an early-stopped trial. */
  readonly intermediate?: LearningCurve;
}

/** @param curve of an early-stopped trial */
export function trialFacts(trial: Trial, id: number, objective: ObjectiveSpec, curve?: LearningCurve): TrialFacts {
  const base = { id, assignments: trial.spec.parameterAssignments ?? [], labels: trial.metadata.labels ?? {} };
  if (!isTrialCompleted(trial) || isDisplaced(trial)) return { ...base, state: "pending", values: [] };
  const list = trialListOf(trial);
  const values = list === "succeeded" || list === "earlyStopped" ? objectiveValues(trial, objective) : undefined;
  if (values === undefined) return { ...base, state: "failed", values: [] };
  const state = list === "earlyStopped" ? "early-stopped" : "succeeded";
  const constraints =
    objective.constraints === undefined ? {} : { constraints: constraintViolations(trial, objective) };
  const reports = state === "early-stopped" && curve !== undefined && { intermediate: curve };
  return { ...base, state, values, ...constraints, ...reports };
}

/** An assignment that has no trial yet. */
export function assignmentFacts({ id, parameterAssignments, labels }: TrialAssignment): TrialFacts[] {
  if (id === undefined) return [];
  return [{ id, assignments: parameterAssignments ?? [], labels: labels ?? {}, state: "pending", values: [] }];
}

/** The trial as a sampler sees it; undefined when it is not of this search space. */
export function toSamplerTrial(facts: TrialFacts, space: SearchSpace): PendingTrial | FinishedTrial | undefined {
  const { id, state, values, labels, constraints, intermediate } = facts;
  const point = space.parse(facts.assignments);
  if (point === undefined) return undefined;
  if (state === "pending") return { id, point, labels };
  return {
    id,
    point,
    labels,
    state,
    values,
    ...(constraints !== undefined && { constraints }),
    ...(intermediate !== undefined && { intermediate }),
  };
}
