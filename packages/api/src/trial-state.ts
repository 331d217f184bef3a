import { hasCondition } from "./conditions.ts";
import type { Trial } from "./resources/trial.ts";

/** The lists a trial is counted in, in the order in which they are tried (Katib behaviour 3.2.1). */
export const TRIAL_LISTS = [
  "killed",
  "failed",
  "succeeded",
  "earlyStopped",
  "running",
  "metricsUnavailable",
  "pending",
] as const;
export type TrialList = (typeof TRIAL_LISTS)[number];

const conditionOf: Record<Exclude<TrialList, "pending">, string> = {
  killed: "Killed",
  failed: "Failed",
  succeeded: "Succeeded",
  earlyStopped: "EarlyStopped",
  running: "Running",
  metricsUnavailable: "MetricsUnavailable",
};

/** The one list a trial belongs to. */
export function trialListOf(trial: Pick<Trial, "status">): TrialList {
  const conditions = trial.status?.conditions;
  for (const list of TRIAL_LISTS) if (list !== "pending" && hasCondition(conditions, conditionOf[list])) return list;
  return "pending";
}

/** True once nothing will change any more: Succeeded, Failed, Killed, EarlyStopped or MetricsUnavailable. */
export function isTrialCompleted(trial: Pick<Trial, "status">): boolean {
  const list = trialListOf(trial);
  return list !== "pending" && list !== "running";
}
