import type { StoredJob, StoredPod } from "@qalam/api";
import type { PodFailurePolicyRule } from "kubernetes-types/batch/v1.js";

/** What a failed pod means for its job: it counts against backoffLimit, does not count, or ends the job. */
export type FailureAction = "Count" | "Ignore" | "FailJob";

/** The first rule of `podFailurePolicy` that holds decides, as in Kubernetes; without one the failure counts. */
export function failureAction({ spec }: StoredJob, pod: StoredPod): FailureAction {
  const rule = (spec?.podFailurePolicy?.rules ?? []).find((one) => holds(one, pod));
  return rule?.action === "Ignore" || rule?.action === "FailJob" ? rule.action : "Count";
}

function holds({ onExitCodes, onPodConditions }: PodFailurePolicyRule, { status }: StoredPod): boolean {
  if (onExitCodes !== undefined) {
    const { containerName, operator, values } = onExitCodes;
    const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
    return containers.some(({ name, state }) => {
      const code = state?.terminated?.exitCode ?? 0;
      if (code === 0 || (containerName !== undefined && containerName !== null && containerName !== name)) return false;
      return values.includes(code) === (operator === "In");
    });
  }
  return (onPodConditions ?? []).some(({ type, status: wanted }) =>
    (status?.conditions ?? []).some((one) => one.type === type && one.status === (wanted || "True")),
  );
}
