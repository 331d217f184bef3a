import type { KubeObject, OwnerReference } from "@qalam/api";

/** The owner reference of a controller's child: it is deleted with its owner. */
export function controllerReference({ apiVersion, kind, metadata }: KubeObject): OwnerReference {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? "", controller: true, blockOwnerDeletion: true };
}
