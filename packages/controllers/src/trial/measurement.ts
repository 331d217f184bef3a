import { metricValue, type ObjectiveSpec, parseGoFloat, strategyOf, type Trial } from "@qalam/api";

/** Names of the metrics that are optimised, the main objective first. */
export function objectiveNames(objective: ObjectiveSpec): string[] {
  return [
    objective.objectiveMetricName ?? "",
    ...(objective.additionalObjectives ?? []).map(({ objectiveMetricName }) => objectiveMetricName),
  ];
}

/** The number a trial's strategy picks for a metric; undefined when there is none or it is text. */
function measuredNumber(trial: Trial, objective: ObjectiveSpec, name: string): number | undefined {
  const metric = trial.status?.observation?.metrics?.find((one) => one.name === name);
  return parseGoFloat(metricValue(metric, strategyOf(objective, name)));
}

/** One value per objective, as measured; undefined unless all are numbers. */
export function objectiveValues(trial: Trial, objective: ObjectiveSpec): number[] | undefined {
  const values = objectiveNames(objective).map((name) => measuredNumber(trial, objective, name));
  return values.every((value) => value !== undefined) ? (values as number[]) : undefined;
}

/** One number per outcome constraint: feasible at most zero, Infinity when the metric was not reported. */
export function constraintViolations(trial: Trial, objective: ObjectiveSpec): number[] {
  return (objective.constraints ?? []).map(({ metricName, comparison, value }) => {
    const measured = measuredNumber(trial, objective, metricName);
    if (measured === undefined || Number.isNaN(measured)) return Number.POSITIVE_INFINITY;
    return comparison === "less" ? measured - value : value - measured;
  });
}
