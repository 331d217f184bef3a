import type { StoredJob } from "@qalam/api";
import type { JobCondition } from "kubernetes-types/batch/v1.js";

/** The conditions of a job with one more. One that is there already stays as it is; a job that goes on is no longer suspended. @param now milliseconds */
export function withConditions(
  { status, spec }: StoredJob,
  added: readonly [type: string, reason: string, message: string] | undefined,
  now: number,
): JobCondition[] {
  const time = timestamp(now);
  const kept = (status?.conditions ?? []).map((one) =>
    one.type === "Suspended" && spec?.suspend !== true && one.status === "True"
      ? { ...one, status: "False", reason: "JobResumed", message: "Job resumed", lastTransitionTime: time }
      : one,
  );
  if (added === undefined || kept.some(({ type, status: holds }) => type === added[0] && holds === "True")) return kept;
  const [type, reason, message] = added;
  const news = { type, status: "True", reason, message, lastProbeTime: time, lastTransitionTime: time };
  return [...kept.filter((one) => one.type !== type), news];
}

/** RFC 3339 with second precision. @param milliseconds since 1970 */
export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
