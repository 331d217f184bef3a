import { isTrialCompleted, PAUSED_REASON, type Trial } from "@qalam/api";

/** Message of trials that a pause stopped. */
export const PAUSE_MESSAGE =
  "Trial is stopped because its experiment is paused; it runs again when the experiment goes on";
/** Message of trials that a lower parallelTrialCount stopped. */
export const LOWERED_MESSAGE =
  "Trial is stopped because parallelTrialCount was lowered; it runs again when there is room";
/** Message of trials that the end of their experiment stopped. */
export const ENDED_MESSAGE = "Trial is stopped because its experiment has ended";
const DURATION_MESSAGE = "Trial is stopped because the maxDuration of ";

/** Message of trials that the end of a time budget stopped. @param budget as the user wrote it */
export function durationMessage(budget: string): string {
  return `${DURATION_MESSAGE}${budget} of its experiment is used up`;
}

/** Reason of an experiment that its time budget ended, and of the trials that were stopped with it. */
export const DURATION_REASON = "ExperimentMaxDurationReached";
const LOWERED_REASON = "ParallelTrialCountLowered";
const displacements = new Set<string | undefined>([PAUSED_REASON, LOWERED_REASON]);

/** The reason of the Killed condition of a trial that was stopped with this message. */
export function stopReason(message: string): string {
  if (message === PAUSE_MESSAGE) return PAUSED_REASON;
  if (message.startsWith(DURATION_MESSAGE)) return DURATION_REASON;
  return message === LOWERED_MESSAGE ? LOWERED_REASON : "TrialKilled";
}

/**
 * True for a trial that was stopped only to run again: by a pause or by a lower parallelTrialCount. It does not count as finished; when there is room it is
 * deleted and its assignment runs again under the same name, so that an experiment still makes exactly maxTrialCount trials.
 */
export function isDisplaced({ status }: Pick<Trial, "status">): boolean {
  return (
    status?.conditions?.some(
      (condition) => condition.type === "Killed" && condition.status === "True" && displacements.has(condition.reason),
    ) === true
  );
}

/** True once a trial is over and its processes have ended: nothing about it changes any more. */
export function isSettled(trial: Pick<Trial, "status">): boolean {
  return isTrialCompleted(trial) && Boolean(trial.status?.completionTime);
}
