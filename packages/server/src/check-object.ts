import {
  apiVersionOf,
  causeMessage,
  checkSchema,
  EXPERIMENT,
  InvalidObjectError,
  type KubeObject,
  type ResourceKind,
  type Schema,
} from "@qalam/api";
import type { AdmissionOptions } from "./admission.ts";
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

/** Unknown fields are refused, warned about or let go, as the request says. Those of experiments are Katib's admission's business. @throws InvalidObjectError */
export function checkUnknownFields(object: KubeObject, kind: ResourceKind, options: AdmissionOptions): void {
  if (options.fieldValidation === "Ignore" || kind.kind === EXPERIMENT.kind) return;
  const unknown = checkSchema(object, kindSchema(kind), "", resolve).filter(
    ({ reason, path }) =>
      reason === "FieldValueUnknown" && !path.startsWith("metadata.managedFields") && !path.startsWith("status"),
  );
  if (unknown.length > 0 && options.fieldValidation === "Strict")
    throw new InvalidObjectError(kind.kind, object.metadata.name ?? "", unknown);
  for (const { path, hint } of unknown) options.warn(`unknown field "${path}"${hint === undefined ? "" : `: ${hint}`}`);
}

/** A configuration to apply may leave fields out, but says nothing that the schema does not know. @throws RequestError 400 */
export function checkApplied(config: KubeObject, kind: ResourceKind): void {
  const [problem] = checkSchema(config, kindSchema(kind), "", resolve).filter(
    ({ reason }) =>
      reason === "FieldValueTypeInvalid" || (reason === "FieldValueUnknown" && kind.kind !== EXPERIMENT.kind),
  );
  if (problem === undefined) return;
  const { namespace = "", name } = config.metadata;
  const text = problem.reason === "FieldValueUnknown" ? "field not declared in schema" : causeMessage(problem);
  throw new RequestError(
    400,
    `failed to create typed patch object (${namespace}/${name}; ${apiVersionOf(kind)}, Kind=${kind.kind}): .${problem.path}: ${text}`,
  );
}

/**
 * Types and required fields, as the schemas say; unknown fields are no business of it.
 * @throws InvalidObjectError; RequestError 400 for a built-in kind that was sent whole with wrong types: it cannot even be read
 */
export function checkStructure(object: KubeObject, kind: ResourceKind, isPatched = false): void {
  const problems = checkSchema(object, kindSchema(kind), "", resolve).filter(
    ({ reason }) => reason !== "FieldValueUnknown",
  );
  const isBuiltIn = kind.group !== "kubeflow.org";
  const [mistyped] = problems.filter(({ reason }) => reason === "FieldValueTypeInvalid");
  if (isBuiltIn && !isPatched && mistyped !== undefined)
    throw new RequestError(400, undecodable(kind.kind, `${mistyped.path}: ${causeMessage(mistyped)}`));
  if (problems.length > 0) throw new InvalidObjectError(kind.kind, object.metadata.name ?? "", problems);
}

/**
 * A copy without the fields that the schema does not know. What Go's types describe, built-in kinds and metadata, loses null and empty maps and lists as
 * well: those types leave them out.
 */
export function prune(value: unknown, given: Schema, isTyped = false): unknown {
  const schema = resolveSchema(given);
  const typed = isTyped || given.$ref !== undefined;
  if (Array.isArray(value))
    return schema.items === undefined ? value : value.map((item) => prune(item, schema.items ?? {}, typed));
  if (typeof value !== "object" || value === null || schema.properties === undefined)
    return pruneEntries(value, schema, typed);
  const keepsUnknown = schema["x-kubernetes-preserve-unknown-fields"] === true || schema.additionalProperties === true;
  const members = Object.entries(value).flatMap(([key, member]): [string, unknown][] => {
    const known = schema.properties?.[key];
    if (known === undefined) return keepsUnknown ? [[key, member]] : [];
    const pruned = prune(member, known, typed);
    return typed && isLeftOut(pruned, known) && schema.required?.includes(key) !== true ? [] : [[key, pruned]];
  });
  return Object.fromEntries(members);
}

/** Objects of a type of their own stay when they are empty: `emptyDir: {}` says something. */
function isLeftOut(value: unknown, { type, properties, additionalProperties }: Schema): boolean {
  if (value === null || value === undefined) return true;
  if (type === "array") return (value as unknown[]).length === 0;
  return properties === undefined && additionalProperties !== undefined && Object.keys(value).length === 0;
}

function pruneEntries(value: unknown, { additionalProperties, patternProperties }: Schema, typed: boolean): unknown {
  const entries = patternProperties === undefined ? additionalProperties : Object.values(patternProperties)[0];
  if (typeof value !== "object" || value === null || typeof entries !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, prune(entry, entries, typed)]));
}

function resolve($ref: string) {
  return resolveSchema({ $ref });
}
