import { hasCondition } from "./conditions.ts";
import type { Experiment } from "./resources/experiment.ts";

/** Succeeded or Failed. */
export function isExperimentCompleted(experiment: Pick<Experiment, "status">): boolean {
  const conditions = experiment.status?.conditions;
  return hasCondition(conditions, "Succeeded") || hasCondition(conditions, "Failed");
}

/** A completed experiment may be given a larger budget: it ran out of trials and its policy keeps it (Katib behaviour 2.4). */
export function isExperimentRestartable(experiment: Pick<Experiment, "spec" | "status">): boolean {
  const succeeded = experiment.status?.conditions?.find(
    ({ type, status }) => type === "Succeeded" && status === "True",
  );
  const policy = experiment.spec.resumePolicy ?? "Never";
  return succeeded?.reason === "ExperimentMaxTrialsReached" && (policy === "LongRunning" || policy === "FromVolume");
}
