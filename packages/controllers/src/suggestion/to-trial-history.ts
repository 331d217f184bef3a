import type { FinishedTrial, PendingTrial, SearchSpace } from "@qalam/algorithms";
import {
  isTrialCompleted,
  metricValue,
  type ObjectiveSpec,
  parseGoFloat,
  strategyOf,
  type Trial,
  trialListOf,
} from "@qalam/api";
import { isPaused, suggestionIdOf } from "../experiment/trial-tally.ts";

/** A trial as its algorithm sees it; undefined when it is not of this search space. @param id the number of its suggestion, negative for a warm start */
export function toFinishedTrial(
  trial: Trial,
  id: number,
  space: SearchSpace,
  objective: ObjectiveSpec,
): FinishedTrial | undefined {
  const point = space.parse(trial.spec.parameterAssignments ?? []);
  if (point === undefined) return undefined;
  const list = trialListOf(trial);
  const values = objectiveNames(objective).map((name) => numberOf(trial, objective, name));
  const isMeasured = (list === "succeeded" || list === "earlyStopped") && values.every((value) => value !== undefined);
  return {
    id,
    point,
    labels: trial.metadata.labels ?? {},
    state: !isMeasured ? "failed" : list === "earlyStopped" ? "early-stopped" : "succeeded",
    values: isMeasured ? (values as number[]) : [],
    ...(objective.constraints !== undefined && { constraints: violations(trial, objective) }),
  };
}

/** Splits trials into those the algorithm is told and those it must take for running. Paused trials are running: they will be. */
export function toHistory(
  trials: Iterable<Trial>,
  space: SearchSpace,
  objective: ObjectiveSpec,
  isTold: (id: number) => boolean,
): { finished: FinishedTrial[]; pending: PendingTrial[] } {
  const finished: FinishedTrial[] = [];
  const pending: PendingTrial[] = [];
  for (const trial of trials) {
    const id = suggestionIdOf(trial);
    if (id === undefined || isTold(id)) continue;
    if (isTrialCompleted(trial) && !isPaused(trial)) {
      const told = toFinishedTrial(trial, id, space, objective);
      if (told !== undefined) finished.push(told);
    } else {
      const point = space.parse(trial.spec.parameterAssignments ?? []);
      if (point !== undefined) pending.push({ id, point, labels: trial.metadata.labels ?? {} });
    }
  }
  return { finished: finished.sort((a, b) => a.id - b.id), pending: pending.sort((a, b) => a.id - b.id) };
}

function objectiveNames(objective: ObjectiveSpec): string[] {
  return [
    objective.objectiveMetricName ?? "",
    ...(objective.additionalObjectives ?? []).map(({ objectiveMetricName }) => objectiveMetricName),
  ];
}

function numberOf(trial: Trial, objective: ObjectiveSpec, name: string): number | undefined {
  const metric = trial.status?.observation?.metrics?.find((one) => one.name === name);
  return parseGoFloat(metricValue(metric, strategyOf(objective, name)));
}

/** Feasible when at most zero. */
function violations(trial: Trial, objective: ObjectiveSpec): number[] {
  return (objective.constraints ?? []).map(({ metricName, comparison, value }) => {
    const found = numberOf(trial, objective, metricName) ?? Number.POSITIVE_INFINITY;
    return comparison === "less" ? found - value : value - found;
  });
}
