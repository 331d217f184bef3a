import type { Experiment, NameValue, Trial, TrialAssignment } from "@qalam/api";
import type { LearningCurve } from "./learning-curves.ts";

/**
 * Everything a search algorithm is asked with: resources in, assignments out, so that the algorithm may live in this process, in a worker thread or behind
 * Katib's gRPC. Lists are read before `ask` returns its promise; they grow later.
 */
export interface SuggestionRequest {
  readonly experiment: Experiment;
  /** Trials that are over, in the order in which they ended; only grows until `forget`, so a host that keeps its sampler tells what is new. */
  readonly finished: readonly Trial[];
  /** Trials that run or will run again. */
  readonly pending: readonly Trial[];
  /** Assignments that have no trial yet. */
  readonly unused: readonly TrialAssignment[];
  /** Finished trials of the experiments of a warm start. Reads them; only a new sampler needs them. */
  readonly earlier: () => readonly Trial[];
  /** How far an early-stopped trial of `finished` or `earlier` came, and with which values; undefined for other trials. */
  readonly curveOf?: (trial: Trial) => LearningCurve | undefined;
  /** Assignments made so far, which is the number of the next. */
  readonly made: number;
  /** What the last reply said to keep. */
  readonly state: string | undefined;
  /** Settings that earlier replies gave back; they override the experiment's. */
  readonly algorithmSettings: readonly NameValue[];
  readonly count: number;
}

/** An assignment to be made into a trial. Without a name it gets one from its number; without a number it is the next. */
export type NewAssignment = Omit<TrialAssignment, "name"> & {
  readonly name?: string;
  /** Number of the suggestion whose checkpoint the trial begins with. */
  readonly parent?: number;
};

export interface SuggestionReply {
  /** At most `count`: fewer means "ask again when more trials have ended". */
  readonly assignments: readonly NewAssignment[];
  /** Nothing more will ever be suggested. */
  readonly exhausted: boolean;
  /** Stored in the same write as the assignments and given back with the next request. */
  readonly state?: string;
  /** To be remembered in `Suggestion.status.algorithmSettings`. */
  readonly algorithmSettings?: readonly NameValue[];
}

/** Where search algorithms run. One experiment is asked one question at a time. */
export interface SamplerHost {
  /** @throws SettingsError when the algorithm refuses the experiment for good; after any other error the same is asked again, of a new sampler */
  ask(request: SuggestionRequest): Promise<SuggestionReply>;
  /** Drops what is kept of an experiment: it has ended, or a reply could not be stored. A later request is answered from the stored state alone. */
  forget(experimentUid: string): void;
  close(): Promise<void>;
}
