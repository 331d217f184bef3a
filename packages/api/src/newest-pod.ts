import type { StoredPod } from "./resources/kinds.ts";

/** The pod of the last attempt: created last, or within the same second changed last, as an attempt begins when the one before has ended. */
export function newestPod<T extends Pick<StoredPod, "metadata">>(pods: readonly T[]): T | undefined {
  return pods.reduce<T | undefined>((best, pod) => (best === undefined || isNewer(pod, best) ? pod : best), undefined);
}

function isNewer({ metadata: a }: Pick<StoredPod, "metadata">, { metadata: b }: Pick<StoredPod, "metadata">): boolean {
  const [created, other] = [a.creationTimestamp ?? "", b.creationTimestamp ?? ""];
  return created === other ? Number(a.resourceVersion) > Number(b.resourceVersion) : created > other;
}
