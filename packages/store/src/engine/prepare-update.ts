import { apiVersionOf, InvalidObjectError, type KubeObject, type ObjectMeta, type ResourceKind } from "@qalam/api";
import { ConflictError, InvalidRequestError } from "../errors.ts";
import { sameJson } from "./json-value.ts";
import { hasContentFinalizer, isNamespace } from "./namespaces.ts";
import { resourceName } from "./object-place.ts";
import { dropEmpty } from "./prepare-create.ts";
import { validateMetadata } from "./validate-metadata.ts";

type WithStatus = KubeObject & { status?: unknown };

/**
 * The object after an update, but for its new resourceVersion; `stored` itself when nothing changes. `input` comes from `freezeCopy`.
 * @throws ConflictError, InvalidObjectError
 */
export function prepareUpdate(kind: ResourceKind, stored: KubeObject, input: KubeObject): KubeObject {
  checkPreconditions(kind, stored, input.metadata);
  const next: WithStatus = { ...input, apiVersion: apiVersionOf(kind), kind: kind.kind };
  if (kind.statusSubresource) keepMember(next, stored, "status");
  if (isNamespace(kind)) keepMember(next, stored, "spec");
  const metadata = keepImmutable(input.metadata, stored.metadata);
  const changed = shareMembers(next, stored, "metadata");
  const metadataChanged = shareMembers(metadata, stored.metadata);
  if (!changed && !metadataChanged) return stored;
  next.metadata = metadata;
  validateMetadata(kind, next, stored);
  if (kind.hasGeneration !== false && contentChanged(next, stored))
    metadata.generation = (stored.metadata.generation ?? 0) + 1;
  return next;
}

/**
 * The stored object with the status of `input`; `stored` itself when that is equal.
 * @throws ConflictError; InvalidRequestError when the kind has no such subresource
 */
export function prepareStatusUpdate(kind: ResourceKind, stored: KubeObject, input: KubeObject): KubeObject {
  if (!kind.statusSubresource) {
    throw new InvalidRequestError(
      `${resourceName(kind)} have no status subresource: use update, which writes the whole object`,
    );
  }
  checkPreconditions(kind, stored, input.metadata);
  const { status } = input as WithStatus;
  const managedFields = input.metadata.managedFields ?? stored.metadata.managedFields;
  const managersSame = sameJson(managedFields, stored.metadata.managedFields);
  if (managersSame && sameJson(status, (stored as WithStatus).status)) return stored;
  const next: WithStatus = { ...stored, metadata: { ...stored.metadata }, status };
  if (managedFields !== undefined) next.metadata.managedFields = managedFields;
  if (status === undefined) delete next.status;
  return next;
}

/** True when the last finalizer of an object that is being deleted has gone. */
export function isReadyToGo(object: KubeObject): boolean {
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  return deletionTimestamp !== undefined && finalizers.length === 0 && !hasContentFinalizer(object);
}

/** The stored version and uid must be those that the caller saw, where it says so. @throws ConflictError */
export function checkPreconditions(
  kind: ResourceKind,
  stored: KubeObject,
  { uid, resourceVersion }: { readonly uid?: string; readonly resourceVersion?: string },
): void {
  const { metadata } = stored;
  if (uid !== undefined && uid !== "" && uid !== metadata.uid) {
    throw new ConflictError(
      resourceName(kind),
      metadata.name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== "" && resourceVersion !== metadata.resourceVersion) {
    throw new ConflictError(resourceName(kind), metadata.name);
  }
}

function keepMember(next: KubeObject, stored: KubeObject, member: "status" | "spec"): void {
  const source = stored as WithStatus & { spec?: unknown };
  const target = next as WithStatus & { spec?: unknown };
  if (source[member] === undefined) delete target[member];
  else target[member] = source[member];
}

const immutable = [
  "namespace",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
] as const satisfies readonly (keyof ObjectMeta)[];

function keepImmutable(given: ObjectMeta, stored: ObjectMeta): ObjectMeta {
  const metadata: ObjectMeta = { ...given, name: stored.name };
  if (metadata.managedFields === undefined && stored.managedFields !== undefined)
    metadata.managedFields = stored.managedFields;
  for (const field of immutable) {
    if (stored[field] === undefined) delete metadata[field];
    else (metadata as unknown as Record<string, unknown>)[field] = stored[field];
  }
  dropEmpty(metadata);
  return metadata;
}

/** Replaces members equal to the stored ones by those. @returns whether any differs, is new or has gone */
function shareMembers(next: object, stored: object, except?: string): boolean {
  const target = next as Record<string, unknown>;
  const source = stored as Record<string, unknown>;
  const keys = Object.keys(target);
  let changed = keys.length !== Object.keys(source).length;
  for (const key of keys) {
    if (key === except) continue;
    if (Object.hasOwn(source, key) && sameJson(target[key], source[key])) target[key] = source[key];
    else changed = true;
  }
  return changed;
}

function contentChanged(next: KubeObject, stored: KubeObject): boolean {
  const before = stored as unknown as Record<string, unknown>;
  const after = next as unknown as Record<string, unknown>;
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const key of keys) {
    if (key !== "metadata" && key !== "status" && before[key] !== after[key]) return true;
  }
  return false;
}

/** The object that a patch makes must keep its name and place. @throws InvalidObjectError */
export function checkSamePlace(kind: ResourceKind, stored: KubeObject, { metadata }: KubeObject): void {
  const problems = (["name", "namespace"] as const)
    .filter((field) => metadata[field] !== stored.metadata[field])
    .map((field) => ({
      path: `metadata.${field}`,
      reason: "FieldValueInvalid" as const,
      value: metadata[field],
      problem: `field is immutable, expected ${JSON.stringify(stored.metadata[field])}`,
    }));
  if (problems.length > 0) throw new InvalidObjectError(kind.kind, stored.metadata.name, problems);
}
