import type { SettingSpec } from "./sampler.ts";

/** The reports of one trial so far, as numbers; NaN never reaches a rule. */
export interface TrialHistory {
  /** Identifies the trial within the experiment; unique. */
  readonly id: string;
  readonly state: "running" | "succeeded" | "failed" | "early-stopped";
  /** Steps in ascending order. Shape [n], shared and append-only: a rule must not keep or change it. */
  readonly steps: readonly number[];
  /** Objective value at each step, negated where the objective is maximised: smaller is better. Shape [n]. */
  readonly values: readonly number[];
}

/** Why a trial should end: shown to the user in the trial's condition. */
export interface StopDecision {
  /** The rule and the numbers that decided, in a sentence. Values are in the user's sign. */
  readonly message: string;
}

/**
 * Decides at every report of a running trial whether it should go on. Promises (checked by `describeStoppingRule`): a pure function of the
 * histories; never stops a trial that is the best at its step; the order of `others` does not matter; maximising equals minimising the negative.
 */
export interface StoppingRule {
  /** Called after each report of the running trial `trial`. @param others all other trials of the experiment, running and finished, as they are now */
  decide(trial: TrialHistory, others: readonly TrialHistory[]): StopDecision | undefined;
}

/** An entry of the registry: one early-stopping algorithm users can name. */
export interface StoppingRuleFactory {
  readonly name: string;
  readonly summary: string;
  readonly source?: string;
  readonly settings: readonly SettingSpec[];
  check?(settings: Readonly<Record<string, string>>): readonly string[];
  /** @param direction of the objective: for messages and thresholds in the user's sign */
  create(settings: Readonly<Record<string, string>>, direction: "minimize" | "maximize"): StoppingRule;
}
