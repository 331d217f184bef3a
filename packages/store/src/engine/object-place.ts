import { apiVersionOf, type KubeObject, type ObjectKey, type ResourceKind } from "@qalam/api";
import { InvalidRequestError } from "../errors.ts";

/** Below every character of a name, so that keys sort by namespace, then name. */
const SEPARATOR = "\u0000";

/** `trials.kubeflow.org`, as Kubernetes names a resource in messages. */
export function resourceName(kind: ResourceKind): string {
  return kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`;
}

/** Identifies a kind as objects and owner references do: `kubeflow.org/v1beta1/Trial`. */
export function kindId(kind: ResourceKind): string {
  return `${apiVersionOf(kind)}/${kind.kind}`;
}

/** Where an object of the kind lives: cluster-scoped kinds have no namespace, others without one live in `default`. */
export function namespaceOf(kind: ResourceKind, namespace: string | undefined): string {
  if (!kind.namespaced) return "";
  return namespace === undefined || namespace === "" ? "default" : namespace;
}

/** The key of an object within its kind, sorting by namespace, then name. */
export function tableKey(kind: ResourceKind, key: ObjectKey): string {
  return namespaceOf(kind, key.namespace) + SEPARATOR + key.name;
}

export function tableKeyOf(object: KubeObject): string {
  return (object.metadata.namespace ?? "") + SEPARATOR + object.metadata.name;
}

/** Beginning of all keys of a namespace. */
export function namespacePrefix(namespace: string): string {
  return namespace + SEPARATOR;
}

/** Rejects what is no object of the kind. @throws InvalidRequestError */
export function checkShape(kind: ResourceKind, object: KubeObject): void {
  const expected = apiVersionOf(kind);
  if (typeof object !== "object" || object === null || Array.isArray(object)) {
    throw new InvalidRequestError(`found ${JSON.stringify(object)}, expected an object of kind ${kind.kind}`);
  }
  if (typeof object.metadata !== "object" || object.metadata === null || Array.isArray(object.metadata)) {
    throw new InvalidRequestError(`the ${kind.kind} has no metadata`);
  }
  if (object.apiVersion !== undefined && object.apiVersion !== expected) {
    throw new InvalidRequestError(
      `the API version in the data (${String(object.apiVersion)}) does not match the expected API version (${expected})`,
    );
  }
  if (object.kind !== undefined && object.kind !== kind.kind) {
    throw new InvalidRequestError(
      `the kind in the data (${String(object.kind)}) does not match the expected kind (${kind.kind})`,
    );
  }
}
