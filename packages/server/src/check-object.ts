import {
  apiVersionOf,
  causeMessage,
  checkSchema,
  InvalidObjectError,
  type KubeObject,
  type ResourceKind,
  type Schema,
} from "@qalam/api";
import { kindSchema, resolveSchema } from "./kind-schemas.ts";
import type { ResourcePath } from "./resource-path.ts";
import { RequestError, undecodable } from "./status-error.ts";

/** A body as an object of the kind. @throws RequestError 400 when it is none */
export function checkedObject(body: unknown, kind: ResourceKind): KubeObject {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new RequestError(400, "the body is not an object");
  const object = body as KubeObject;
  object.apiVersion ??= apiVersionOf(kind);
  object.kind ??= kind.kind;
  if (object.kind !== kind.kind || object.apiVersion !== apiVersionOf(kind))
    throw new RequestError(
      400,
      `the API version in the data (${String(object.apiVersion)}, ${String(object.kind)}) does not match the expected (${apiVersionOf(kind)}, ${kind.kind})`,
    );
  object.metadata ??= {} as KubeObject["metadata"];
  const [problem] = checkSchema(
    object.metadata,
    resolveSchema({ $ref: "meta/v1.ObjectMeta" }),
    "metadata",
    resolve,
  ).filter(({ reason }) => reason !== "FieldValueUnknown");
  if (problem !== undefined) throw new RequestError(400, undecodable(kind.kind, `${problem.path}: ${problem.problem}`));
  return object;
}

/** Puts an object into the namespace of the request. @throws RequestError 400 when it names another */
export function placeInNamespace({ metadata }: KubeObject, { kind, namespace }: ResourcePath): void {
  if (!kind.namespaced || namespace === "") return;
  metadata.namespace ||= namespace;
  if (metadata.namespace !== namespace)
    throw new RequestError(
      400,
      `the namespace of the provided object does not match the namespace sent on the request (${metadata.namespace}, ${namespace})`,
    );
}

/** Types and required fields, as the schemas say; unknown fields are admission's business. @throws InvalidObjectError */
export function checkStructure(object: KubeObject, kind: ResourceKind): void {
  const problems = checkSchema(object, kindSchema(kind), "", resolve).filter(
    ({ reason }) => reason !== "FieldValueUnknown",
  );
  const isBuiltIn = kind.group !== "kubeflow.org";
  const [mistyped] = problems.filter(({ reason }) => reason === "FieldValueInvalid");
  if (isBuiltIn && mistyped !== undefined)
    throw new RequestError(400, undecodable(kind.kind, `${mistyped.path}: ${causeMessage(mistyped)}`));
  if (problems.length > 0) throw new InvalidObjectError(kind.kind, object.metadata.name ?? "", problems);
}

/** A copy without the fields that the schema does not know. */
export function prune(value: unknown, given: Schema): unknown {
  const schema = resolveSchema(given);
  if (Array.isArray(value))
    return schema.items === undefined ? value : value.map((item) => prune(item, schema.items ?? {}));
  if (typeof value !== "object" || value === null || schema.properties === undefined)
    return pruneEntries(value, schema);
  const keepsUnknown = schema["x-kubernetes-preserve-unknown-fields"] === true || schema.additionalProperties === true;
  const members = Object.entries(value).flatMap(([key, member]): [string, unknown][] => {
    const known = schema.properties?.[key];
    if (known === undefined) return keepsUnknown ? [[key, member]] : [];
    return [[key, prune(member, known)]];
  });
  return Object.fromEntries(members);
}

function pruneEntries(value: unknown, { additionalProperties, patternProperties }: Schema): unknown {
  const entries = patternProperties === undefined ? additionalProperties : Object.values(patternProperties)[0];
  if (typeof value !== "object" || value === null || typeof entries !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, prune(entry, entries)]));
}

function resolve($ref: string) {
  return resolveSchema({ $ref });
}
