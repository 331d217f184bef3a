import { apiVersionOf, type KubeObject, type ObjectMeta, type ResourceKind } from "@qalam/api";
import { InvalidRequestError } from "../errors.ts";
import { generateName } from "./generate-name.ts";
import { isJob, selectingItsPods } from "./job-selector.ts";
import { completeNamespace, isNamespace } from "./namespaces.ts";
import { namespaceOf } from "./object-place.ts";
import { type StoreOptions, timestamp } from "./store-options.ts";
import { validateMetadata } from "./validate-metadata.ts";

/**
 * The object as it is stored first, but for its resourceVersion. `input` comes from `freezeCopy`.
 * @throws InvalidRequestError, InvalidObjectError
 */
export function prepareCreate(kind: ResourceKind, input: KubeObject, options: Required<StoreOptions>): KubeObject {
  const given = input.metadata;
  if (given.resourceVersion !== undefined && given.resourceVersion !== "") {
    throw new InvalidRequestError("resourceVersion should not be set on objects to be created");
  }
  const metadata: ObjectMeta = { ...given, name: nameOf(kind, given, options.random) };
  if (kind.namespaced) metadata.namespace = namespaceOf(kind, given.namespace);
  else delete metadata.namespace;
  metadata.uid = options.newUid();
  if (kind.hasGeneration === false) delete metadata.generation;
  else metadata.generation = 1;
  metadata.creationTimestamp = timestamp(options.now());
  delete metadata.resourceVersion;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  dropEmpty(metadata);
  const object = { ...input, apiVersion: apiVersionOf(kind), kind: kind.kind, metadata };
  validateMetadata(kind, object);
  if (isNamespace(kind)) return completeNamespace(object);
  return isJob(kind) ? selectingItsPods(object) : object;
}

function nameOf(kind: ResourceKind, { name, generateName: prefix }: ObjectMeta, random: () => number): string {
  if (name !== undefined && name !== "") return name;
  if (prefix === undefined || prefix === "") {
    throw new InvalidRequestError(
      `the ${kind.kind} has no name: set metadata.name, or metadata.generateName to have one made`,
    );
  }
  return generateName(prefix, random);
}

/** Kubernetes leaves empty lists and maps of metadata out. */
export function dropEmpty(metadata: ObjectMeta): void {
  for (const field of ["labels", "annotations", "finalizers", "ownerReferences", "managedFields"] as const) {
    const value = metadata[field];
    if (value === null || (value !== undefined && Object.keys(value).length === 0)) delete metadata[field];
  }
}
