import { createHash, randomInt } from "node:crypto";
import { isTrialCompleted, type Trial } from "@qalam/api";
import type { CollectedRow } from "./collector.ts";

/** The source of rows that a training reports itself. */
const PUSH_SOURCE = "push";

/** One value that a training reports itself, over gRPC or HTTP. */
export interface PushedMetric {
  readonly metric: string;
  readonly value: string;
  /** RFC 3339; absent: the time of arrival. */
  readonly time?: string;
  readonly step?: number;
}

/** Whether a trial's training reports its metrics itself: Push, or None, as Katib once called it. */
export function isPushed({ spec }: Pick<Trial, "spec">): boolean {
  const kind = spec.metricsCollector?.collector?.kind;
  return kind === "Push" || kind === "None";
}

/** A row as a store takes it. */
export type PushedRow = CollectedRow & { readonly time: string; readonly source: string };

/**
 * Rows of pushed metrics. A row is known by its time and step together with its value, so a push that is sent again adds nothing; one without time and
 * step is always new.
 * @param arrival RFC 3339
 */
export function pushedRows(metrics: readonly PushedMetric[], arrival: string): PushedRow[] {
  return metrics.map(({ metric, value, time, step }) => ({
    metric,
    value,
    time: time ?? arrival,
    ...(step !== undefined && { step }),
    source: PUSH_SOURCE,
    sequence: time === undefined && step === undefined ? randomInt(2 ** 47) : identity(time, step, value),
  }));
}

/** Why a trial takes no more metrics; undefined when it does. A stopped trial takes them until its processes have ended. */
export function pushRefusal(trial: Trial): string | undefined {
  const { metadata, status } = trial;
  if (!isTrialCompleted(trial) || !status?.completionTime) return undefined;
  const how = status.conditions?.findLast((condition) => condition.status === "True")?.type;
  return `trial ${metadata.namespace}/${metadata.name} has ended (${how}) and takes no more metrics`;
}

/** Why a trial that pushes has no objective. @param pushed names of the metrics it has */
export function explainMissingPush({ spec }: Pick<Trial, "spec">, pushed: readonly string[]): string {
  const objective = spec.objective?.objectiveMetricName ?? "";
  const seen = pushed.length === 0 ? "nothing was pushed" : `pushed were ${pushed.join(", ")}`;
  return `metric "${objective}" was not pushed: ${seen}; call katib.report_metrics({"${objective}": value}) or post it to $QALAM_OBSERVATIONS_URL`;
}

/** 48 bits, so that it is a whole number everywhere. */
function identity(time: string | undefined, step: number | undefined, value: string): number {
  const text = JSON.stringify([time ?? null, step ?? null, value]);
  return createHash("sha256").update(text).digest().readUIntBE(0, 6);
}
