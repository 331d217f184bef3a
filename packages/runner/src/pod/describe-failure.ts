import type { ContainerStatus, PodStatus } from "kubernetes-types/core/v1.js";

/** Which container of a pod failed, how, and its last words; undefined when none did. */
export function describeFailure({ initContainerStatuses = [], containerStatuses = [] }: PodStatus): string | undefined {
  const all = [...initContainerStatuses, ...containerStatuses];
  const failed = all.find((container) => (endOf(container)?.exitCode ?? 0) !== 0);
  const end = failed && endOf(failed);
  if (failed === undefined || end === undefined) return undefined;
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
