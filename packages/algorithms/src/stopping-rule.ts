import type { Direction, SettingSpec } from "./sampler.ts";

/** The reports of one trial so far, as losses: smaller is better, a report of NaN is Infinity. */
export interface TrialHistory {
  /** Identifies the trial within the experiment; unique. */
  readonly id: string;
  /** Strictly ascending. Shape [n], shared and append-only: a rule may keep the history but must not change it. */
  readonly steps: readonly number[];
  /** Objective value at each step, negated where the objective is maximised; finite or infinite. Shape [n]. */
  readonly values: readonly number[];
}

/** Why a trial should end: shown to the user in the trial's condition. */
export interface StopDecision {
  /** The rule and the numbers that decided, in a sentence. Values are in the user's sign. */
  readonly message: string;
}

/**
 * Judges the trials of one experiment by one objective. It is told every report and keeps what it needs, so that a report costs about the same with ten and
 * with ten thousand trials (docs/adr/0007). Promises (checked by `describeStoppingRule`): the decisions are a pure function of the histories as they are now, in whatever
 * order the reports of different trials came in; a trial that is the best at its step is never stopped; a forgotten trial leaves no trace; maximising equals
 * minimising the negative.
 */
export interface StoppingRule {
  /** Takes the newest report of a trial, the last of its history; called once for each. */
  observe(trial: TrialHistory): void;
  /** The trial has succeeded: its history is whole. Called again after reports that come later still. */
  settle?(trial: TrialHistory): void;
  /** The trial failed, was deleted or will run again from the start: it takes no part any more. Unknown ids are ignored. */
  forget(id: string): void;
  /** Whether a running trial should end, by everything observed so far. Changes nothing. @param trial observed before, with at least one report */
  decide(trial: TrialHistory): StopDecision | undefined;
}

/** What a rule judges by. */
export interface StoppingObjective {
  readonly direction: Direction;
  /** The metric's name, for messages. */
  readonly metric: string;
}

/** What a new trial must have reached at one of its reports, fixed before it begins. */
export interface FixedBound {
  /** Number of the report, from 1. */
  readonly startStep: number;
  /** The trial ends when the least of its losses up to that report is above this; finite. */
  readonly loss: number;
}

/** An entry of the registry: one early-stopping algorithm users can name. */
export interface StoppingRuleFactory {
  readonly name: string;
  readonly summary: string;
  readonly source?: string;
  readonly settings: readonly SettingSpec[];
  /** Problems the settings have together, beyond what `settings` says. */
  check?(settings: Readonly<Record<string, string>>): readonly string[];
  create(settings: Readonly<Record<string, string>>, objective: StoppingObjective): StoppingRule;
  /**
   * The rule as one bound for trials that are about to begin, for collectors that know no more (Katib behaviour 5.9); undefined while too few trials are finished.
   * Absent: no fixed bound says what the rule does. @param finished histories of the trials that have succeeded
   */
  fixedBound?(
    settings: Readonly<Record<string, string>>,
    direction: Direction,
    finished: readonly TrialHistory[],
  ): FixedBound | undefined;
}
