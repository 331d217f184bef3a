import {
  type JobVerdict,
  listed,
  type Metric,
  metricValue,
  type ObjectiveSpec,
  parseGoFloat,
  setCondition,
  strategyOf,
  type Trial,
  type TrialStatus,
  UNAVAILABLE,
  wantedStrategies,
} from "@qalam/api";
import { wantedMetrics } from "@qalam/collectors";
import { objectiveNames } from "./measurement.ts";

/** How a trial ends: the condition to set. */
export interface TrialEnd {
  readonly type: "Succeeded" | "Failed" | "MetricsUnavailable" | "Killed" | "EarlyStopped";
  readonly reason: string;
  readonly message: string;
}

/** The status of a trial whose job exists (Katib behaviour 3.4). The same object when nothing changes. */
export function runningStatus({ status }: Trial, now: string): TrialStatus {
  const created = { type: "Created", status: "True", reason: "TrialCreated", message: "Trial is created" } as const;
  const running = { type: "Running", status: "True", reason: "TrialRunning", message: "Trial is running" } as const;
  const conditions = setCondition(setCondition(status?.conditions, created, now), running, now);
  if (status !== undefined && conditions === status.conditions) return status;
  return { ...status, startTime: status?.startTime ?? now, conditions };
}

/** The status with what was observed of the metrics that have a strategy, in the order of the strategies. */
export function observedStatus({ status, spec }: Trial, summaries: readonly Metric[]): TrialStatus {
  const metrics = wantedStrategies(spec.objective ?? {}).flatMap(
    (name) => summaries.find((metric) => metric.name === name) ?? [],
  );
  return metrics.length === 0 ? (status ?? {}) : { ...status, observation: { metrics } };
}

/** The status of a trial that has ended. @param isSettled whether its processes have ended too: only then it has a completionTime */
export function endedStatus(
  status: TrialStatus,
  { type, reason, message }: TrialEnd,
  isSettled: boolean,
  now: string,
): TrialStatus {
  const running = status.conditions?.find((condition) => condition.type === "Running");
  const stopped =
    running === undefined
      ? status.conditions
      : setCondition(
          status.conditions,
          {
            type: "Running",
            status: "False",
            reason: running.reason ?? "TrialRunning",
            message: "Trial is not running",
          },
          now,
        );
  return {
    ...status,
    startTime: status.startTime ?? now,
    ...(isSettled && { completionTime: now }),
    conditions: setCondition(stopped, { type, status: "True", reason, message }, now),
  };
}

/** An objective without a value that counts. */
export interface MissingObjective {
  readonly name: string;
  /** What was observed of it: values that are no numbers. Absent: nothing. */
  readonly observed?: Metric;
}

/**
 * Objectives without a value. Where a number is needed, text is none (Katib behaviour 3.4 takes any text, which then becomes the best trial).
 * @param takesText whether the experiment's algorithm can use text, as a search for architectures can
 */
export function missingObjectives(
  { observation }: TrialStatus,
  objective: ObjectiveSpec,
  takesText: boolean,
): MissingObjective[] {
  return objectiveNames(objective).flatMap((name): MissingObjective[] => {
    const metric = observation?.metrics?.find((one) => one.name === name);
    if (metric === undefined || metricValue(metric, "latest") === UNAVAILABLE) return [{ name }];
    const text = metricValue(metric, strategyOf(objective, name) ?? "latest");
    const isUsable = parseGoFloat(text) !== undefined || (takesText && text.trim() !== "");
    return isUsable ? [] : [{ name, observed: metric }];
  });
}

/** What to say of a trial that has its objectives but not all other metrics of its experiment; undefined when it has. */
export function unreportedWarning(
  { observation }: TrialStatus,
  objective: ObjectiveSpec | undefined,
): string | undefined {
  const reported = observation?.metrics?.map(({ name }) => name) ?? [];
  const absent = wantedMetrics(objective).filter((name) => !reported.includes(name));
  if (absent.length === 0) return undefined;
  const constrained = (objective?.constraints ?? []).filter(({ metricName }) => absent.includes(metricName));
  const effect =
    constrained.length === 0 ? "" : "; a trial without the metric of a constraint counts as not keeping it";
  return `no value was reported of ${listed(absent)}; reported were ${listed(reported)}${effect}`;
}

/** Katib's wording: the job's reason and message follow ours. */
export function withJobReason(text: string, { reason }: JobVerdict): string {
  return reason === undefined ? text : `${text}. Job reason: ${reason}`;
}

export function withJobMessage(text: string, { message }: JobVerdict): string {
  return message === undefined ? text : `${text}. Job message: ${message}`;
}
