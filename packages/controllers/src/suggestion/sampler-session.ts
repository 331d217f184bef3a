import type { FinishedTrial, Json, PendingTrial, Sampler, SearchSpace } from "@qalam/algorithms";
import type { Experiment, NameValue } from "@qalam/api";
import { suggestionIdOf } from "../trial/suggestion-id.ts";
import type { SuggestionReply, SuggestionRequest } from "./sampler-host.ts";
import { samplerOptions } from "./sampler-options.ts";
import { seedFrom } from "./seed-from.ts";
import { SettingsError } from "./settings-error.ts";
import { assignmentFacts, type TrialFacts, toSamplerTrial, trialFacts } from "./trial-facts.ts";

/** What a sampler is made from. Plain data, so that it can be sent to a worker. */
export interface SessionStart {
  readonly experiment: { readonly uid: string; readonly spec: Experiment["spec"] };
  readonly state?: string;
  readonly algorithmSettings: readonly NameValue[];
  readonly earlier: readonly TrialFacts[];
}

/** One question to a sampler. Plain data. */
export interface SessionQuestion {
  /** Those that were not told before. */
  readonly finished: readonly TrialFacts[];
  readonly pending: readonly TrialFacts[];
  readonly count: number;
}

/** One experiment's sampler at work: resources' texts in and out, points and numbers inside. */
export class SamplerSession {
  readonly #sampler: Sampler;
  readonly #space: SearchSpace;

  /** @throws SettingsError */
  constructor({ experiment, state, algorithmSettings, earlier }: SessionStart) {
    const { algorithm, problems, options } = samplerOptions(experiment, algorithmSettings);
    if (algorithm === undefined || problems.length > 0)
      throw new SettingsError(`Validation failed: ${problems.join("; ")}`);
    this.#space = options.space;
    this.#sampler = algorithm.create({
      ...options,
      seed: seedFrom(experiment.uid),
      ...(state !== undefined && { state: JSON.parse(state) as Json }),
    });
    this.#tell(earlier);
  }

  answer({ finished, pending, count }: SessionQuestion): SuggestionReply {
    this.#tell(finished);
    const { suggestions, exhausted } = this.#sampler.ask(count, this.#trials<PendingTrial>(pending));
    const assignments = suggestions.map(({ id, point, labels, origin, parent }) => ({
      id,
      parameterAssignments: this.#space.format(point),
      ...(labels !== undefined && { labels: { ...labels } }),
      ...(origin !== undefined && { origin }),
      ...(parent !== undefined && { parent }),
    }));
    return { assignments, exhausted, state: JSON.stringify(this.#sampler.dump()) };
  }

  #tell(finished: readonly TrialFacts[]): void {
    if (finished.length > 0) this.#sampler.tell(this.#trials<FinishedTrial>(finished));
  }

  #trials<T extends PendingTrial>(facts: readonly TrialFacts[]): T[] {
    return facts.flatMap((one) => (toSamplerTrial(one, this.#space) as T | undefined) ?? []);
  }
}

/** How far a session has come: what it was told and how many suggestions it made. */
export interface SessionProgress {
  readonly told: number;
  readonly made: number;
}

/** The start of a session that answers this request. */
export function sessionStart(request: SuggestionRequest): SessionStart {
  const { experiment, state, algorithmSettings, earlier, curveOf } = request;
  const objective = experiment.spec.objective ?? {};
  return {
    experiment: { uid: experiment.metadata.uid ?? "", spec: experiment.spec },
    ...(state !== undefined && { state }),
    algorithmSettings,
    earlier: earlier().map((trial, i) => trialFacts(trial, -1 - i, objective, curveOf?.(trial))),
  };
}

/** The question of a request to a session that was told the first `told` trials. */
export function sessionQuestion(request: SuggestionRequest, told: number): SessionQuestion {
  const objective = request.experiment.spec.objective ?? {};
  const factsOf = (trial: Parameters<typeof trialFacts>[0]): TrialFacts[] => {
    const id = suggestionIdOf(trial);
    return id === undefined ? [] : [trialFacts(trial, id, objective, request.curveOf?.(trial))];
  };
  const pending = [...request.pending.flatMap(factsOf), ...request.unused.flatMap(assignmentFacts)];
  return {
    finished: request.finished.slice(told).flatMap(factsOf),
    pending: pending.sort((a, b) => a.id - b.id),
    count: request.count,
  };
}

/** How far a session is after a reply. */
export function progressAfter(request: SuggestionRequest, told: number, reply: SuggestionReply): SessionProgress {
  return { told, made: request.made + reply.assignments.length };
}
