import { apiVersionOf, type ObjectKey, type ResourceKind } from "@qalam/api";

/** Where the objects of a kind are: in one namespace, or in all for an empty one. */
export function collectionPath(kind: ResourceKind, namespace: string): string {
  const root = kind.group === "" ? `/api/${kind.version}` : `/apis/${apiVersionOf(kind)}`;
  const scope = kind.namespaced && namespace !== "" ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${root}${scope}/${kind.plural}`;
}

/** Where one object is. An empty namespace means `default` for kinds that need one. */
export function objectPath(kind: ResourceKind, { namespace, name }: ObjectKey, subresource?: string): string {
  const path = `${collectionPath(kind, namespace || "default")}/${encodeURIComponent(name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}
