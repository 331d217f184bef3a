import type { Schema } from "@qalam/api";
import { resolveSchema } from "./kind-schemas.ts";

type JsonObject = Record<string, unknown>;

/**
 * Applies a strategic merge patch, as Kubernetes does for built-in kinds: objects merge; lists merge by the key that the schema's extensions name,
 * others are replaced; `$patch`, `$deleteFromPrimitiveList`, `$retainKeys`, `$setElementOrder` and null do as there.
 * @returns a new value
 */
export function strategicMerge(target: unknown, patch: unknown, given: Schema): unknown {
  const schema = resolveSchema(given);
  if (Array.isArray(patch)) return mergeList(Array.isArray(target) ? target : [], patch, schema);
  if (!isObject(patch)) return patch;
  if (patch.$patch === "replace") return without(patch, "$patch");
  const { $retainKeys } = patch;
  const result: JsonObject = isObject(target) ? { ...target } : {};
  if (Array.isArray($retainKeys))
    for (const key of Object.keys(result)) if (!$retainKeys.includes(key)) delete result[key];
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith("$")) continue;
    if (value === null || (isObject(value) && value.$patch === "delete")) delete result[key];
    else setMember(result, key, strategicMerge(result[key], value, memberSchema(schema, key)));
  }
  for (const [key, value] of Object.entries(patch)) if (Array.isArray(value)) listDirective(result, key, value, schema);
  return result;
}

function memberSchema(schema: Schema, key: string): Schema {
  const others = typeof schema.additionalProperties === "object" ? schema.additionalProperties : {};
  return schema.properties?.[key] ?? others;
}

/** Directives about a list stand beside it, under a name that tells which. */
function listDirective(result: JsonObject, directive: string, value: readonly unknown[], schema: Schema): void {
  const [, name, field = ""] = /^\$(deleteFromPrimitiveList|setElementOrder)\/(.*)$/.exec(directive) ?? [];
  const list = result[field];
  if (name === undefined || !Array.isArray(list)) return;
  if (name === "deleteFromPrimitiveList") result[field] = list.filter((item) => !value.includes(item));
  else result[field] = ordered(list, value, memberSchema(schema, field)["x-kubernetes-patch-merge-key"]);
}

/** Items in the wanted order; those it does not name stay where they were among the others. */
function ordered(list: readonly unknown[], order: readonly unknown[], key: string | undefined): unknown[] {
  const identity = (item: unknown) => (key !== undefined && isObject(item) ? item[key] : item);
  const wanted = order.map(identity);
  const named = list
    .filter((item) => wanted.includes(identity(item)))
    .sort((a, b) => wanted.indexOf(identity(a)) - wanted.indexOf(identity(b)));
  return list.map((item) => (wanted.includes(identity(item)) ? named.shift() : item));
}

function mergeList(target: readonly unknown[], patch: readonly unknown[], schema: Schema): unknown[] {
  const isMerged = schema["x-kubernetes-patch-strategy"]?.split(",").includes("merge") === true;
  const key = schema["x-kubernetes-patch-merge-key"];
  const items = patch.filter(isObject);
  if (!isMerged) return patch.filter((item) => !(isObject(item) && "$patch" in item));
  if (key === undefined) return inPatchOrder([...new Set([...target, ...patch])], target, patch, (item) => item);
  if (items.some((item) => item.$patch === "replace")) return items.filter((item) => item.$patch !== "replace");
  const result = target.filter(isObject);
  for (const item of items) {
    const position = result.findIndex((one) => one[key] === item[key]);
    if (item.$patch === "delete") {
      if (position >= 0) result.splice(position, 1);
    } else if (position >= 0)
      result[position] = strategicMerge(result[position], item, schema.items ?? {}) as JsonObject;
    else result.push(strategicMerge({}, item, schema.items ?? {}) as JsonObject);
  }
  return inPatchOrder(result, target, items, (item) => (item as JsonObject)[key]);
}

/** Items of the patch in its order; others before those of the patch that they stood before. */
function inPatchOrder(
  merged: readonly unknown[],
  target: readonly unknown[],
  patch: readonly unknown[],
  identity: (item: unknown) => unknown,
): unknown[] {
  const place = (list: readonly unknown[], item: unknown) => list.findIndex((one) => identity(one) === identity(item));
  const others = merged.filter((item) => place(patch, item) < 0);
  const patched = merged.filter((item) => place(patch, item) >= 0).sort((a, b) => place(patch, a) - place(patch, b));
  const result: unknown[] = [];
  for (const item of patched) {
    const position = place(target, item);
    while (others.length > 0 && position >= 0 && place(target, others[0]) < position) result.push(others.shift());
    result.push(item);
  }
  return [...result, ...others];
}

function setMember(object: JsonObject, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}

function without(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
