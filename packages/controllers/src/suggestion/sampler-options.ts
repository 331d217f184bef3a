import {
  type Algorithm,
  checkSettings,
  findAlgorithm,
  type SamplerOptions,
  type SettingProblem,
  settingsRecord,
  unsupportedFeatures,
} from "@qalam/algorithms";
import type { Experiment, NameValue } from "@qalam/api";
import { toInitialPoints, toSearchSpace } from "./to-search-space.ts";

/** The algorithm of an experiment with its options, and everything that does not fit. */
export interface CheckedOptions {
  readonly algorithm: Algorithm | undefined;
  readonly options: Omit<SamplerOptions, "seed" | "state">;
  readonly settingProblems: readonly SettingProblem[];
  /** All problems in words, those of the settings too. */
  readonly problems: readonly string[];
}

/** Translates an experiment for its algorithm. Used at submit time too. @param returned settings the algorithm gave back, which override the user's */
export function samplerOptions(
  { spec }: Pick<Experiment, "spec">,
  returned: readonly NameValue[] = [],
): CheckedOptions {
  const name = spec.algorithm?.algorithmName ?? "";
  const algorithm = findAlgorithm(name);
  const settings = spec.algorithm?.algorithmSettings ?? [];
  const record = settingsRecord([...settings, ...returned]);
  const declared = toSearchSpace(spec);
  const space = algorithm?.adapt?.(declared, record) ?? declared;
  const objective = spec.objective ?? {};
  const options: Omit<SamplerOptions, "seed" | "state"> = {
    space,
    directions: [objective.type ?? "minimize", ...(objective.additionalObjectives ?? []).map(({ type }) => type)],
    settings: record,
    budget: {
      ...(spec.maxTrialCount !== undefined && { maxTrials: spec.maxTrialCount }),
      ...(spec.parallelTrialCount !== undefined && { parallelTrials: spec.parallelTrialCount }),
    },
    constraints: objective.constraints?.length ?? 0,
    initialPoints: toInitialPoints(spec, space),
  };
  if (algorithm === undefined)
    return { algorithm, options, settingProblems: [], problems: [`unknown algorithm "${name}"`] };
  const settingProblems = checkSettings(name, algorithm.settings, settings);
  const others = [
    ...unsupportedFeatures(algorithm, options, spec.warmStart !== undefined),
    ...(settingProblems.length === 0 ? (algorithm.check?.(options) ?? []) : []),
  ];
  return {
    algorithm,
    options,
    settingProblems,
    problems: [...settingProblems.map(({ problem }) => problem), ...others],
  };
}
