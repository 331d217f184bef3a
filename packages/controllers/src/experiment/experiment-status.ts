import { type Experiment, type ExperimentStatus, optimalTrialOf, setCondition } from "@qalam/api";
import type { Completion } from "./completion.ts";
import type { TrialTally } from "./trial-tally.ts";

/** The status of an experiment that was just seen for the first time. */
export function createdStatus(experiment: Experiment, now: string): ExperimentStatus {
  const conditions = setCondition(
    experiment.status?.conditions,
    { type: "Created", status: "True", reason: "ExperimentCreated", message: "Experiment is created" },
    now,
  );
  return { ...experiment.status, startTime: now, conditions };
}

/** The status with the counts and lists of the tally (Katib behaviour 1.4): what is zero or empty is absent. */
export function countedStatus(status: ExperimentStatus, tally: TrialTally): ExperimentStatus {
  const { conditions, startTime, completionTime, currentOptimalTrial, optimalTrials } = status;
  const best = tally.best === undefined ? currentOptimalTrial : optimalTrialOf(tally.best.trial);
  const some = (count: number) => (count > 0 ? count : undefined);
  const names = (list: Parameters<TrialTally["names"]>[0]) => (tally.count(list) > 0 ? tally.names(list) : undefined);
  const counted = {
    conditions,
    startTime,
    completionTime,
    currentOptimalTrial: best,
    optimalTrials,
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

/** The conditions of a running experiment: Running appears with the first trial. */
export function runningConditions(status: ExperimentStatus, tally: TrialTally, now: string): ExperimentStatus {
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

/** The conditions of an experiment that has just ended. */
export function completedStatus(
  status: ExperimentStatus,
  { type, reason, message }: Completion,
  now: string,
): ExperimentStatus {
  const running = status.conditions?.find((condition) => condition.type === "Running");
  const stopped =
    running === undefined
      ? status.conditions
      : setCondition(
          status.conditions,
          { type: "Running", status: "False", reason: running.reason ?? "ExperimentRunning", message: message },
          now,
        );
  return {
    ...status,
    completionTime: now,
    conditions: setCondition(stopped, { type, status: "True", reason, message }, now),
  };
}
