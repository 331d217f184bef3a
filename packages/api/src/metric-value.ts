import { type Metric, type ObjectiveSpec, type StrategyValue, UNAVAILABLE } from "./resources/common.ts";

/** The one value of a metric that its strategy picks (Katib behaviour 3.2.1), as text; `unavailable` when there is none. */
export function metricValue(metric: Metric | undefined, strategy: StrategyValue | undefined): string {
  if (metric === undefined || strategy === undefined) return UNAVAILABLE;
  const latest = metric.latest ?? UNAVAILABLE;
  if (strategy === "latest") return latest;
  const extreme = metric[strategy] ?? UNAVAILABLE;
  return extreme === UNAVAILABLE ? latest : extreme;
}

/** The strategy of a metric by name. */
export function strategyOf(
  objective: Pick<ObjectiveSpec, "metricStrategies">,
  name: string,
): StrategyValue | undefined {
  return objective.metricStrategies?.find((strategy) => strategy.name === name)?.value;
}

/** The objective's value in an observation, as text; `unavailable` when there is none. */
export function objectiveValue(metrics: readonly Metric[] | undefined, objective: ObjectiveSpec): string {
  const name = objective.objectiveMetricName;
  const metric = metrics?.find((one) => one.name === name);
  return metricValue(metric, name === undefined ? undefined : strategyOf(objective, name));
}

/** Names of the metrics an observation reports: those that have a strategy (Katib behaviour 3.4). */
export function wantedStrategies(objective: Pick<ObjectiveSpec, "metricStrategies">): string[] {
  return (objective.metricStrategies ?? []).map(({ name }) => name);
}
