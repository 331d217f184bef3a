import type { ResourceKind } from "@qalam/api";
import { groupPath } from "./definitions.ts";

/** One request that a kind takes, as both versions of OpenAPI describe it. */
export interface Operation {
  readonly path: string;
  readonly method: "get" | "put" | "post" | "delete" | "patch";
  readonly id: string;
  /** Kubernetes' word for it. */
  readonly action: string;
  readonly parameters: readonly string[];
  readonly consumes: readonly string[];
  readonly kind: ResourceKind;
}

const writing = ["dryRun", "fieldManager", "fieldValidation"];
const selecting = ["labelSelector", "fieldSelector", "limit", "continue", "resourceVersion", "timeoutSeconds", "watch"];

/** What clients look up: which requests there are, and that they take `fieldValidation` and `dryRun`. */
function operationsOf(kind: ResourceKind): Operation[] {
  const collection = `/${groupPath(kind)}${kind.namespaced ? "/namespaces/{namespace}" : ""}/${kind.plural}`;
  const name = `${kind.namespaced ? "Namespaced" : ""}${kind.kind}`;
  const patches = ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];
  if (kind.group !== "kubeflow.org") patches.splice(2, 0, "application/strategic-merge-patch+json");
  const at = (path: string, suffix = ""): Operation[] => {
    const base = { path, kind, consumes: ["application/json", "application/yaml"] };
    return [
      { ...base, method: "get", id: `read${name}${suffix}`, action: "get", parameters: [] },
      { ...base, method: "put", id: `replace${name}${suffix}`, action: "put", parameters: writing },
      {
        ...base,
        method: "patch",
        id: `patch${name}${suffix}`,
        action: "patch",
        parameters: [...writing, "force"],
        consumes: patches,
      },
    ];
  };
  const json = ["application/json", "application/yaml"];
  const everywhere = `/${groupPath(kind)}/${kind.plural}`;
  const listing = { kind, method: "get", action: "list", parameters: selecting, consumes: json } as const;
  return [
    ...(kind.namespaced ? [{ ...listing, path: everywhere, id: `list${kind.kind}ForAllNamespaces` }] : []),
    { ...listing, path: collection, id: `list${name}` },
    {
      path: collection,
      kind,
      method: "post",
      id: `create${name}`,
      action: "post",
      parameters: writing,
      consumes: json,
    },
    {
      path: collection,
      kind,
      method: "delete",
      id: `deleteCollection${name}`,
      action: "deletecollection",
      parameters: selecting,
      consumes: json,
    },
    ...at(`${collection}/{name}`),
    {
      path: `${collection}/{name}`,
      kind,
      method: "delete",
      id: `delete${name}`,
      action: "delete",
      parameters: ["dryRun", "propagationPolicy"],
      consumes: json,
    },
    ...(kind.statusSubresource ? at(`${collection}/{name}/status`, "Status") : []),
  ];
}

/** Operations by path and method, each described by `describe`. */
export function pathsOf(
  kinds: readonly ResourceKind[],
  describe: (operation: Operation) => object,
): Record<string, Record<string, object>> {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of kinds.flatMap(operationsOf)) {
    paths[operation.path] ??= {};
    const { group, version, kind } = operation.kind;
    (paths[operation.path] as Record<string, object>)[operation.method] = {
      ...describe(operation),
      operationId: operation.id,
      "x-kubernetes-action": operation.action,
      "x-kubernetes-group-version-kind": { group, version, kind },
    };
  }
  return paths;
}
