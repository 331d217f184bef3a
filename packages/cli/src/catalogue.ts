import {
  ALGORITHMS,
  checkSettings,
  findAlgorithm,
  findStoppingRule,
  type SettingProblem,
  STOPPING_RULES,
  settingsRecord,
} from "@qalam/algorithms";
import {
  type AlgorithmCatalogue,
  type AlgorithmSpec,
  didYouMean,
  type Experiment,
  type FieldProblem,
} from "@qalam/api";
import { samplerOptions } from "@qalam/controllers";

/** What validation must know when some algorithms run elsewhere: their settings are theirs to judge. */
export function catalogueWith(external: Iterable<string>): AlgorithmCatalogue {
  const names = new Set(external);
  return {
    ...catalogue,
    algorithmNames: [...new Set([...catalogue.algorithmNames, ...names])],
    checkAlgorithm: (spec, experiment) =>
      names.has(spec.algorithmName ?? "") ? [] : catalogue.checkAlgorithm(spec, experiment),
  };
}

/** What validation must know of the algorithms there are. */
export const catalogue: AlgorithmCatalogue = {
  algorithmNames: ALGORITHMS.map(({ name }) => name),
  earlyStoppingNames: STOPPING_RULES.map(({ name }) => name),
  checkAlgorithm(spec, experiment) {
    if (findAlgorithm(spec.algorithmName ?? "") === undefined) return [];
    const { settingProblems, problems } = checkedOptions(experiment);
    const others = problems.filter((text) => !settingProblems.some(({ problem }) => problem === text));
    return located(spec, "spec.algorithm", settingProblems, others);
  },
  checkEarlyStopping(spec, path) {
    const { algorithmName = "", algorithmSettings = [] } = spec;
    const rule = findStoppingRule(algorithmName);
    if (rule === undefined) return [];
    const problems = checkSettings(algorithmName, rule.settings, algorithmSettings);
    const others = problems.length > 0 ? [] : (rule.check?.(settingsRecord(algorithmSettings)) ?? []);
    return located(spec, path, problems, others);
  },
};

/** Problems of settings at the setting they are about, all others at the algorithm. */
function located(
  { algorithmName, algorithmSettings = [] }: AlgorithmSpec,
  path: string,
  settingProblems: readonly SettingProblem[],
  others: readonly string[],
): FieldProblem[] {
  const ofSettings = settingProblems.map(({ name, value, problem, unknown }): FieldProblem => {
    const index = algorithmSettings.findIndex((setting) => setting.name === name);
    const hint = unknown && didYouMean(unknown.word, unknown.accepted);
    return {
      path: index === -1 ? `${path}.algorithmSettings` : `${path}.algorithmSettings[${index}]`,
      reason: value === undefined ? "FieldValueRequired" : "FieldValueInvalid",
      ...(value !== undefined && { value }),
      problem,
      ...(hint !== undefined && { hint }),
    };
  });
  const ofAlgorithm = others.map(
    (problem): FieldProblem => ({ path, reason: "FieldValueInvalid", value: algorithmName, problem }),
  );
  return [...ofSettings, ...ofAlgorithm];
}

/** The search space is only looked at when it can be built; its own problems are reported by their rules. */
function checkedOptions(experiment: Experiment) {
  try {
    return samplerOptions(experiment);
  } catch {
    return { settingProblems: [], problems: [] };
  }
}
