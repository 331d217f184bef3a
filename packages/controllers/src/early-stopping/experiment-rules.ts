import {
  checkSettings,
  type StoppingObjective,
  type StoppingRule,
  type StoppingRuleFactory,
  settingsRecord,
} from "@qalam/algorithms";
import type { AlgorithmSpec, ExperimentSpec } from "@qalam/api";

/** Finds an early-stopping rule by the name users write. */
export type RuleLookup = (name: string) => StoppingRuleFactory | undefined;

/** What is wrong with an experiment's early stopping, in words. */
export function stoppingProblems(spec: ExperimentSpec, lookup: RuleLookup): string[] {
  return ruleSpecs(spec).flatMap(({ algorithmName = "", algorithmSettings = [] }) => {
    const factory = lookup(algorithmName);
    if (factory === undefined) return [`unknown early-stopping algorithm "${algorithmName}"`];
    const problems = checkSettings(algorithmName, factory.settings, algorithmSettings).map(({ problem }) => problem);
    return problems.length > 0 ? problems : (factory.check?.(settingsRecord(algorithmSettings)) ?? []);
  });
}

/** The rules of an experiment for each of its objectives: shape [objective][rule]. Unknown ones are left out. */
export function experimentRules(spec: ExperimentSpec, lookup: RuleLookup): StoppingRule[][] {
  const {
    type: direction = "minimize",
    objectiveMetricName: metric = "",
    additionalObjectives = [],
  } = spec.objective ?? {};
  const objectives: StoppingObjective[] = [
    { direction, metric },
    ...additionalObjectives.map((one) => ({ direction: one.type, metric: one.objectiveMetricName })),
  ];
  return objectives.map((objective) =>
    ruleSpecs(spec).flatMap(
      ({ algorithmName = "", algorithmSettings = [] }) =>
        lookup(algorithmName)?.create(settingsRecord(algorithmSettings), objective) ?? [],
    ),
  );
}

function ruleSpecs({ earlyStopping }: ExperimentSpec): AlgorithmSpec[] {
  if (earlyStopping?.algorithmName === undefined) return [];
  return [earlyStopping, ...(earlyStopping.additionalAlgorithms ?? [])];
}
