import { hasCondition } from "./conditions.ts";
import { PAUSED_ANNOTATION } from "./names.ts";
import type { Experiment } from "./resources/experiment.ts";

/** Succeeded or Failed. */
export function isExperimentCompleted(experiment: Pick<Experiment, "status">): boolean {
  const conditions = experiment.status?.conditions;
  return hasCondition(conditions, "Succeeded") || hasCondition(conditions, "Failed");
}

/** Stopped by `qalam stop` or Ctrl-C, until it is resumed. */
export function isExperimentPaused({ metadata }: Pick<Experiment, "metadata">): boolean {
  return metadata.annotations?.[PAUSED_ANNOTATION] !== undefined;
}

/** Completed, and not about to start again because its budget was raised. */
export function isExperimentOver(experiment: Pick<Experiment, "spec" | "status">): boolean {
  if (!isExperimentCompleted(experiment)) return false;
  const { maxTrialCount } = experiment.spec;
  const hasBudget = maxTrialCount === undefined || maxTrialCount > finishedTrials(experiment);
  return !(isExperimentRestartable(experiment) && hasBudget);
}

function finishedTrials({ status = {} }: Pick<Experiment, "status">): number {
  return (
    (status.trialsSucceeded ?? 0) +
    (status.trialsFailed ?? 0) +
    (status.trialsKilled ?? 0) +
    (status.trialsEarlyStopped ?? 0) +
    (status.trialMetricsUnavailable ?? 0)
  );
}

/** A completed experiment may be given a larger budget: it ran out of trials and its policy keeps it (Katib behaviour 2.4). */
export function isExperimentRestartable(experiment: Pick<Experiment, "spec" | "status">): boolean {
  const succeeded = experiment.status?.conditions?.find(
    ({ type, status }) => type === "Succeeded" && status === "True",
  );
  const policy = experiment.spec.resumePolicy ?? "Never";
  return succeeded?.reason === "ExperimentMaxTrialsReached" && (policy === "LongRunning" || policy === "FromVolume");
}
