import type { KubeObject, ObjectMeta, ResourceKind } from "@qalam/api";
import { ConflictError, InvalidRequestError } from "../errors.ts";
import { cloneJson, equalJson } from "../json-value.ts";

/** Kubernetes' alphabet for generated names: no vowels and no digits that look like letters. */
const suffixAlphabet = "bcdfghjklmnpqrstvwxz2456789";
const dnsSubdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const MAX_NAME = 253;

/** Sources of what a new object gets from outside. */
export interface ObjectSources {
  readonly now: () => Date;
  readonly newUid: () => string;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** RFC 3339 in UTC with second precision, as Kubernetes writes times. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** The object as it is first stored. @throws InvalidRequestError */
export function newObject(kind: ResourceKind, given: KubeObject, version: number, sources: ObjectSources): KubeObject {
  const { metadata } = given;
  if (metadata?.resourceVersion)
    throw new InvalidRequestError("resourceVersion should not be set on objects to be created");
  const name = metadata?.name || generatedName(metadata?.generateName, sources.random);
  checkName(kind, name);
  const meta: ObjectMeta = {
    ...metadata,
    name,
    ...(kind.namespaced && { namespace: metadata?.namespace || "default" }),
    uid: sources.newUid(),
    resourceVersion: String(version),
    generation: 1,
    creationTimestamp: timestamp(sources.now()),
  };
  if (!kind.namespaced) delete meta.namespace;
  delete meta.deletionTimestamp;
  delete meta.deletionGracePeriodSeconds;
  return withMetadata(given, meta);
}

/** The object after an update of everything but status; the same object when nothing changes. @throws ConflictError, InvalidRequestError */
export function updatedObject(kind: ResourceKind, old: KubeObject, given: KubeObject, version: number): KubeObject {
  checkVersion(kind, old, given);
  const { metadata } = given;
  const meta: ObjectMeta = { ...metadata, name: old.metadata.name };
  for (const field of [
    "namespace",
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
    "resourceVersion",
    "generateName",
  ] as const) {
    if (old.metadata[field] === undefined) delete meta[field];
    else Object.assign(meta, { [field]: old.metadata[field] });
  }
  const next = withMetadata(given, meta) as KubeObject & { status?: unknown };
  if (kind.statusSubresource) {
    const { status } = old as { status?: unknown };
    if (status === undefined) delete next.status;
    else next.status = status;
  }
  if (equalJson(next, old)) return old;
  const contentChanged = !equalJson(content(next), content(old));
  next.metadata.resourceVersion = String(version);
  if (contentChanged) next.metadata.generation = (old.metadata.generation ?? 1) + 1;
  return next;
}

/** The object after an update of its status alone; the same object when nothing changes. @throws ConflictError */
export function withStatus(kind: ResourceKind, old: KubeObject, given: KubeObject, version: number): KubeObject {
  checkVersion(kind, old, given);
  const { status } = given as { status?: unknown };
  if (equalJson(status, (old as { status?: unknown }).status)) return old;
  return { ...old, metadata: { ...old.metadata, resourceVersion: String(version) }, status } as KubeObject;
}

/** A JSON copy with fields in the order people expect: apiVersion, kind, metadata, the rest. */
function withMetadata(object: KubeObject, metadata: ObjectMeta): KubeObject {
  const { apiVersion, kind, metadata: _, ...rest } = object as KubeObject & Record<string, unknown>;
  return JSON.parse(JSON.stringify({ apiVersion, kind, metadata, ...rest })) as KubeObject;
}

function content({ metadata: _metadata, ...rest }: KubeObject & { status?: unknown }): object {
  const { status: _status, ...own } = rest;
  return own;
}

function checkVersion(kind: ResourceKind, old: KubeObject, given: KubeObject): void {
  const expected = given.metadata.resourceVersion;
  if (expected && expected !== old.metadata.resourceVersion)
    throw new ConflictError(resourceName(kind), old.metadata.name);
  const { uid } = given.metadata;
  if (uid && uid !== old.metadata.uid)
    throw new ConflictError(
      resourceName(kind),
      old.metadata.name,
      `uid mismatch: the object with uid ${uid} is gone, ${old.metadata.uid} has its name now`,
    );
}

function checkName(kind: ResourceKind, name: string): void {
  if (name === "") throw new InvalidRequestError(`${resourceName(kind)}: name or generateName is required`);
  if (name.length > MAX_NAME || !dnsSubdomain.test(name)) {
    throw new InvalidRequestError(
      `${resourceName(kind)}: metadata.name ${JSON.stringify(name.slice(0, 80))} is invalid: at most ${MAX_NAME} small letters, digits, - and ., beginning and ending with a letter or digit`,
    );
  }
}

function generatedName(prefix: string | undefined, random: () => number): string {
  if (prefix === undefined || prefix === "") return "";
  const suffix = Array.from({ length: 5 }, () => suffixAlphabet[Math.floor(random() * suffixAlphabet.length)]);
  return `${prefix.slice(0, MAX_NAME - 5)}${suffix.join("")}`;
}

/** `trials.kubeflow.org`, `pods`: how Kubernetes names a resource in messages. */
export function resourceName({ group, plural }: ResourceKind): string {
  return group === "" ? plural : `${plural}.${group}`;
}

/** The object marked as being deleted, or the same when it is. */
export function markDeleted(object: KubeObject, finalizers: readonly string[], version: number, now: Date): KubeObject {
  const marked = cloneJson(object);
  marked.metadata.finalizers = [...finalizers];
  marked.metadata.deletionTimestamp ??= timestamp(now);
  marked.metadata.deletionGracePeriodSeconds ??= 0;
  if (equalJson(marked, object)) return object;
  marked.metadata.resourceVersion = String(version);
  return marked;
}
