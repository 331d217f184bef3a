import { apiVersionOf, type KubeObject, NAMESPACE, type ResourceKind } from "@qalam/api";
import { ForbiddenError } from "../errors.ts";
import { namespacePrefix } from "./object-place.ts";

/** Namespaces that always exist. */
export const INITIAL_NAMESPACES: readonly string[] = ["default", "kubeflow"];

/** Stands in `spec.finalizers` while the namespace has content. */
const CONTENT_FINALIZER = "kubernetes";

type NamespaceObject = KubeObject & { spec?: { finalizers?: readonly string[] }; status?: { phase?: string } };

export function isNamespace(kind: Pick<ResourceKind, "kind" | "group">): boolean {
  return kind.kind === NAMESPACE.kind && kind.group === NAMESPACE.group;
}

export function namespaceKey(name: string): string {
  return namespacePrefix("") + name;
}

export function newNamespace(name: string): KubeObject {
  return { apiVersion: apiVersionOf(NAMESPACE), kind: NAMESPACE.kind, metadata: { name } };
}

/** Adds what the API server sets on every new namespace. */
export function completeNamespace(object: KubeObject): KubeObject {
  const labels = { ...object.metadata.labels, "kubernetes.io/metadata.name": object.metadata.name };
  const completed: NamespaceObject = {
    ...object,
    metadata: { ...object.metadata, labels },
    spec: { finalizers: [CONTENT_FINALIZER] },
    status: { phase: "Active" },
  };
  return completed;
}

/** A namespace that was marked for deletion says so in its phase. */
export function terminating(object: KubeObject): KubeObject {
  const marked: NamespaceObject = {
    ...object,
    status: { ...(object as NamespaceObject).status, phase: "Terminating" },
  };
  return marked;
}

/** The namespace without the finalizer that stands for its content. */
export function emptied(object: KubeObject): KubeObject {
  const spec = { ...(object as NamespaceObject).spec };
  delete spec.finalizers;
  return { ...object, spec } as NamespaceObject;
}

export function hasContentFinalizer(object: KubeObject): boolean {
  return object.kind === NAMESPACE.kind && ((object as NamespaceObject).spec?.finalizers ?? []).length > 0;
}

/** @throws ForbiddenError for the namespace where everything without one lives */
export function checkDeletableNamespace(name: string): void {
  if (name === "default") throw new ForbiddenError("namespaces", name, "this namespace may not be deleted");
}

/** @throws ForbiddenError when the namespace is being deleted */
export function checkAcceptsContent(namespace: KubeObject, resource: string, name: string): void {
  if (namespace.metadata.deletionTimestamp === undefined) return;
  const place = namespace.metadata.name;
  throw new ForbiddenError(
    resource,
    name,
    `unable to create new content in namespace ${place} because it is being terminated`,
  );
}
