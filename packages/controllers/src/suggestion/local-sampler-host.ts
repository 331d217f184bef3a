import {
  checkSettings,
  findAlgorithm,
  type Json,
  type Sampler,
  type SamplerOptions,
  type SearchSpace,
  settingsRecord,
  unsupportedFeatures,
} from "@qalam/algorithms";
import type { Experiment } from "@qalam/api";
import type { SamplerHost, SuggestionReply, SuggestionRequest } from "./sampler-host.ts";
import { seedFrom } from "./seed-from.ts";
import { SettingsError } from "./settings-error.ts";
import { toInitialPoints, toSearchSpace } from "./to-search-space.ts";
import { toFinishedTrial, toHistory } from "./to-trial-history.ts";

interface Warm {
  readonly sampler: Sampler;
  readonly space: SearchSpace;
  readonly told: Set<number>;
  /** Number of the next suggestion, to notice a reply that was not stored. */
  made: number;
}

/** Runs search algorithms in this process. Samplers stay warm between requests, so only what is new is told. */
export class LocalSamplerHost implements SamplerHost {
  readonly #warm = new Map<string, Warm>();

  async ask(request: SuggestionRequest): Promise<SuggestionReply> {
    const uid = request.experiment.metadata.uid ?? "";
    const known = this.#warm.get(uid);
    const warm = known?.made === request.made ? known : create(request);
    this.#warm.set(uid, warm);
    const { sampler, space, told } = warm;
    const { finished, pending } = toHistory(request.trials, space, request.experiment.spec.objective ?? {}, (id) =>
      told.has(id),
    );
    for (const { id } of finished) told.add(id);
    sampler.tell(finished);
    const unused = request.unused.flatMap(({ id, parameterAssignments, labels }) => {
      const point = space.parse(parameterAssignments ?? []);
      return id === undefined || point === undefined ? [] : [{ id, point, labels: labels ?? {} }];
    });
    const { suggestions, exhausted } = sampler.ask(request.count, [...pending, ...unused]);
    warm.made = request.made + suggestions.length;
    const assignments = suggestions.map(({ id, point, labels, origin }) => ({
      id,
      parameterAssignments: space.format(point),
      ...(labels !== undefined && { labels: { ...labels } }),
      ...(origin !== undefined && { origin }),
    }));
    return { assignments, exhausted, state: JSON.stringify(sampler.dump()) };
  }

  forget(experimentUid: string): void {
    this.#warm.delete(experimentUid);
  }

  async close(): Promise<void> {
    this.#warm.clear();
  }
}

/** @throws SettingsError */
function create({ experiment, earlier, state, made }: SuggestionRequest): Warm {
  const { algorithm, problems, options } = samplerOptions(experiment);
  if (algorithm === undefined || problems.length > 0)
    throw new SettingsError(`Validation failed: ${problems.join("; ")}`);
  const sampler = algorithm.create({
    ...options,
    seed: seedFrom(experiment.metadata.uid ?? ""),
    ...(state !== undefined && { state: JSON.parse(state) as Json }),
  });
  const warmStart = earlier.flatMap(
    (trial, i) => toFinishedTrial(trial, -1 - i, options.space, experiment.spec.objective ?? {}) ?? [],
  );
  sampler.tell(warmStart);
  return { sampler, space: options.space, told: new Set(), made };
}

/** The algorithm of an experiment with its options, and everything that does not fit, in words. Used at submit time too. */
export function samplerOptions({ spec }: Pick<Experiment, "spec">) {
  const name = spec.algorithm?.algorithmName ?? "";
  const algorithm = findAlgorithm(name);
  const settings = spec.algorithm?.algorithmSettings ?? [];
  const space = toSearchSpace(spec);
  const objective = spec.objective ?? {};
  const options: Omit<SamplerOptions, "seed" | "state"> = {
    space,
    directions: [objective.type ?? "minimize", ...(objective.additionalObjectives ?? []).map(({ type }) => type)],
    settings: settingsRecord(settings),
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
