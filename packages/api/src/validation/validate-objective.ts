import type { ExperimentSpec } from "../resources/experiment.ts";
import type { Problems } from "./problems.ts";

/** Rules 10–13 of Katib behaviour 2.3, and that strategies name metrics there are. */
export function validateObjective({ objective }: ExperimentSpec, problems: Problems): void {
  const path = "spec.objective";
  if (objective === undefined) return problems.required(path, "is missing", "give type and objectiveMetricName");
  if (objective.type === undefined) problems.required(`${path}.type`, "is missing", "write minimize or maximize");
  if (objective.goal !== undefined && !Number.isFinite(objective.goal))
    problems.invalid(`${path}.goal`, objective.goal, "is not a finite number", "remove it to have no goal");
  const name = objective.objectiveMetricName ?? "";
  if (name === "")
    problems.required(`${path}.objectiveMetricName`, "is missing", "write the metric that the training prints");
  const additional = objective.additionalMetricNames ?? [];
  if (name !== "" && additional.includes(name))
    problems.invalid(
      `${path}.additionalMetricNames[${additional.indexOf(name)}]`,
      name,
      "is the objective metric already",
      "remove it from the list",
    );
  const objectives = objective.additionalObjectives ?? [];
  const known = new Set([
    name,
    ...additional,
    ...objectives.map((one) => one.objectiveMetricName),
    ...(objective.constraints ?? []).map((one) => one.metricName),
  ]);
  objectives.forEach((one, i) => {
    if (one.objectiveMetricName === name)
      problems.invalid(
        `${path}.additionalObjectives[${i}].objectiveMetricName`,
        name,
        "is the objective metric already",
      );
  });
  const seen = new Set<string>();
  objective.metricStrategies?.forEach((strategy, i) => {
    if (seen.has(strategy.name))
      problems.duplicate(`${path}.metricStrategies[${i}].name`, strategy.name, "one strategy per metric");
    if (!known.has(strategy.name))
      problems.invalid(
        `${path}.metricStrategies[${i}].name`,
        strategy.name,
        "is neither the objective nor an additional metric",
        `metrics are: ${[...known].join(", ")}`,
      );
    seen.add(strategy.name);
  });
}
