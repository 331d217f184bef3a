import type { StoredPod } from "@qalam/api";
import type { ContainerStatus } from "kubernetes-types/core/v1.js";

/** Which container of a pod failed, how, and its last words: for the message of the job. */
export function describeFailure({ metadata, status }: StoredPod): string {
  if (status?.message !== undefined) return status.message;
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const failed = all.find((container) => (endOf(container)?.exitCode ?? 0) !== 0);
  const end = failed && endOf(failed);
  if (failed === undefined || end === undefined) return `pod ${metadata.name} failed`;
  const how =
    end.reason === "OOMKilled"
      ? "was killed for using more memory than its limit (OOMKilled)"
      : end.signal !== undefined
        ? `was ended by signal ${end.signal}`
        : `exited with status ${end.exitCode}`;
  return `container ${failed.name} ${how}${end.message === undefined ? "" : `: ${end.message}`}`;
}

function endOf({ state, lastState }: ContainerStatus) {
  return state?.terminated ?? lastState?.terminated;
}
