import {
  dropConditions,
  type Experiment,
  type ExperimentStatus,
  isExperimentCompleted,
  optimalTrialOf,
  setCondition,
  type TrialList,
} from "@qalam/api";
import type { Completion } from "./completion.ts";
import type { TrialTally } from "./trial-tally.ts";

/** The status of an experiment that was just seen for the first time. */
export function createdStatus({ status }: Experiment, now: string): ExperimentStatus {
  const conditions = setCondition(
    status?.conditions,
    { type: "Created", status: "True", reason: "ExperimentCreated", message: "Experiment is created" },
    now,
  );
  return { ...status, startTime: now, conditions };
}

/** The status with the counts and lists of the tally; an experiment that goes on is Running from its first trial on. */
export function currentStatus(experiment: Experiment, tally: TrialTally, now: string): ExperimentStatus {
  const status = experiment.status ?? {};
  return withCounts(isExperimentCompleted(experiment) ? status : runningStatus(status, tally, now), tally);
}

/** The status of an experiment that has just ended. */
export function completedStatus(
  { status }: Experiment,
  tally: TrialTally,
  { type, reason, message }: Completion,
  now: string,
): ExperimentStatus {
  const current = runningStatus(status ?? {}, tally, now);
  const running = current.conditions?.find((condition) => condition.type === "Running");
  const stopped =
    running === undefined
      ? current.conditions
      : setCondition(
          current.conditions,
          { type: "Running", status: "False", reason: running.reason ?? "ExperimentRunning", message },
          now,
        );
  const conditions = setCondition(stopped, { type, status: "True", reason, message }, now);
  return withCounts({ ...current, completionTime: now, conditions }, tally);
}

/**
 * The status of an experiment that goes on after it had ended (Katib behaviour 3.2). Restarting stays True for ever, as in Katib, and says when the last
 * restart was.
 */
export function restartingStatus({ status }: Experiment, now: string): ExperimentStatus {
  const { completionTime: _ended, ...rest } = status ?? {};
  const conditions = setCondition(
    dropConditions(status?.conditions, "Succeeded", "Failed", "Restarting"),
    { type: "Restarting", status: "True", reason: "ExperimentRestarting", message: "Experiment is restarted" },
    now,
  );
  return { ...rest, conditions };
}

/** When the time budget began, in milliseconds: a restart gives it anew. Time in a pause counts. */
export function budgetStart({ status }: Experiment): number {
  const restarted = status?.conditions?.find(({ type }) => type === "Restarting")?.lastTransitionTime;
  return Date.parse(restarted ?? status?.startTime ?? "");
}

function runningStatus(status: ExperimentStatus, tally: TrialTally, now: string): ExperimentStatus {
  if (tally.total === 0) return status;
  return {
    ...status,
    conditions: setCondition(
      status.conditions,
      { type: "Running", status: "True", reason: "ExperimentRunning", message: "Experiment is running" },
      now,
    ),
  };
}

/** Counts, lists and best trials (Katib behaviour 1.4): what is zero or empty is absent; a best trial is never taken back. */
function withCounts(status: ExperimentStatus, tally: TrialTally): ExperimentStatus {
  const { conditions, startTime, completionTime, currentOptimalTrial, optimalTrials } = status;
  const some = (count: number) => (count > 0 ? count : undefined);
  const names = (list: TrialList) => (tally.count(list) > 0 ? tally.names(list) : undefined);
  const counted = {
    conditions,
    startTime,
    completionTime,
    currentOptimalTrial: tally.best === undefined ? currentOptimalTrial : optimalTrialOf(tally.best.trial),
    optimalTrials: (tally.front?.length ?? 0) > 0 ? tally.front?.map(optimalTrialOf) : optimalTrials,
    runningTrialList: names("running"),
    pendingTrialList: names("pending"),
    failedTrialList: names("failed"),
    succeededTrialList: names("succeeded"),
    killedTrialList: names("killed"),
    earlyStoppedTrialList: names("earlyStopped"),
    metricsUnavailableTrialList: names("metricsUnavailable"),
    trials: some(tally.total),
    trialsSucceeded: some(tally.count("succeeded")),
    trialsFailed: some(tally.count("failed")),
    trialsKilled: some(tally.count("killed")),
    trialsPending: some(tally.count("pending")),
    trialsRunning: some(tally.count("running")),
    trialsEarlyStopped: some(tally.count("earlyStopped")),
    trialMetricsUnavailable: some(tally.count("metricsUnavailable")),
  };
  return Object.fromEntries(Object.entries(counted).filter(([, value]) => value !== undefined)) as ExperimentStatus;
}
