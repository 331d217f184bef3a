import { ALGORITHMS, findAlgorithm } from "@qalam/algorithms";
import { type AlgorithmCatalogue, didYouMean, type Experiment, type FieldProblem } from "@qalam/api";
import { samplerOptions } from "@qalam/controllers";

/** What validation must know of the algorithms there are. */
export const catalogue: AlgorithmCatalogue = {
  algorithmNames: ALGORITHMS.map(({ name }) => name),
  earlyStoppingNames: [],
  checkAlgorithm(spec, experiment): FieldProblem[] {
    const algorithm = findAlgorithm(spec.algorithmName ?? "");
    if (algorithm === undefined) return [];
    const settings = spec.algorithmSettings ?? [];
    const { settingProblems, problems } = checkedOptions(experiment);
    const located = settingProblems.map(({ name, value, problem, accepted }): FieldProblem => {
      const index = settings.findIndex((setting) => setting.name === name);
      const hint =
        accepted === undefined
          ? undefined
          : didYouMean(value !== undefined && accepted.includes(name) ? value : name, accepted);
      return {
        path: index === -1 ? "spec.algorithm.algorithmSettings" : `spec.algorithm.algorithmSettings[${index}]`,
        reason: value === undefined ? "FieldValueRequired" : "FieldValueInvalid",
        ...(value !== undefined && { value }),
        problem,
        ...(hint !== undefined && { hint }),
      };
    });
    const others = problems.filter((text) => !settingProblems.some(({ problem }) => problem === text));
    return [
      ...located,
      ...others.map(
        (problem): FieldProblem => ({
          path: "spec.algorithm",
          reason: "FieldValueInvalid",
          value: spec.algorithmName,
          problem,
        }),
      ),
    ];
  },
  checkEarlyStopping: () => [],
};

/** The search space is only looked at when it can be built; its own problems are reported by their rules. */
function checkedOptions(experiment: Experiment) {
  try {
    return samplerOptions(experiment);
  } catch {
    return { settingProblems: [], problems: [] };
  }
}
