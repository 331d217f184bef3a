import type { Experiment, Trial, TrialAssignment } from "@qalam/api";

/** Everything a search algorithm is asked with: resources in, assignments out, so that the algorithm may live in this process, in a worker or behind gRPC. */
export interface SuggestionRequest {
  readonly experiment: Experiment;
  /** All trials of the experiment, in whatever state. */
  readonly trials: Iterable<Trial>;
  /** Finished trials of the experiments of a warm start. */
  readonly earlier: readonly Trial[];
  /** Assignments that have no trial yet. */
  readonly unused: readonly TrialAssignment[];
  /** Assignments made so far, which is the number of the next. */
  readonly made: number;
  /** What the last reply said to keep. */
  readonly state: string | undefined;
  readonly count: number;
}

export interface SuggestionReply {
  /** At most `count`, without names; each with its number. */
  readonly assignments: readonly Omit<TrialAssignment, "name">[];
  readonly exhausted: boolean;
  /** To be stored together with the assignments. */
  readonly state: string;
}

/** Where search algorithms run. */
export interface SamplerHost {
  /** @throws SettingsError when the algorithm refuses the experiment for good; any other error is tried again */
  ask(request: SuggestionRequest): Promise<SuggestionReply>;
  /** The reply could not be stored: the next request is answered from the stored state alone. */
  forget(experimentUid: string): void;
  close(): Promise<void>;
}
