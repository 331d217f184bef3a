import type { StoredPod } from "@qalam/api";
import { ContainerConfigError } from "./container-errors.ts";

/** The value of a field of the pod, as the downward API gives it. @param where it is wanted, for the message @throws ContainerConfigError */
export function podField(path: string, { metadata, spec }: StoredPod, where: string): string {
  const entry = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path);
  if (entry !== null) return metadata[entry[1] as "labels" | "annotations"]?.[entry[2] ?? ""] ?? "";
  const whole = /^metadata\.(labels|annotations)$/.exec(path);
  if (whole !== null)
    return Object.entries(metadata[whole[1] as "labels" | "annotations"] ?? {})
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join("\n");
  const fields: Record<string, string | undefined> = {
    "metadata.name": metadata.name,
    "metadata.namespace": metadata.namespace,
    "metadata.uid": metadata.uid,
    "spec.nodeName": spec?.nodeName ?? "localhost",
    "spec.serviceAccountName": spec?.serviceAccountName ?? "default",
    "status.podIP": "127.0.0.1",
    "status.podIPs": "127.0.0.1",
    "status.hostIP": "127.0.0.1",
    "status.hostIPs": "127.0.0.1",
  };
  const value = fields[path];
  if (value === undefined)
    throw new ContainerConfigError(
      `${where}: fieldRef ${path} is not known; known are ${Object.keys(fields).join(", ")}, metadata.labels['…'] and metadata.annotations['…']`,
    );
  return value;
}
