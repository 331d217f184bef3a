import type { Schema } from "@qalam/api";
import { resolveSchema } from "../kind-schemas.ts";
import { elementText } from "./field-set.ts";

/** One part of a value that can be owned by itself. */
export interface Part {
  /** As in FieldSet. */
  readonly element: string;
  readonly value: unknown;
  readonly schema: Schema;
  /** Not declared in the schema, an entry of a map or an item of a list: owning something in it owns it too. */
  readonly isEntry: boolean;
}

/** How a value is owned: as a whole, or by its parts. */
export type Shape =
  | { readonly kind: "leaf" }
  | { readonly kind: "map" | "list"; readonly parts: ReadonlyMap<string, Part> };

const untyped: Schema = {};

/**
 * Takes a value apart as Kubernetes' structured merge does: objects by member, lists by key or as sets where the schema's extensions say so, everything
 * else as a whole. Lists whose items have no or equal keys are wholes; `strict` refuses them.
 * @throws Error in strict mode
 */
export function shapeOf(value: unknown, given: Schema, strict = false): Shape {
  const schema = resolveSchema(given);
  if (Array.isArray(value)) return listShape(value, schema, strict);
  if (typeof value !== "object" || value === null || schema["x-kubernetes-map-type"] === "atomic")
    return { kind: "leaf" };
  const parts = Object.entries(value).map(([key, member]): Part => {
    const declared = schema.properties?.[key];
    return {
      element: `f:${key}`,
      value: member,
      schema: declared ?? entrySchema(schema),
      isEntry: declared === undefined,
    };
  });
  return { kind: "map", parts: new Map(parts.map((part) => [part.element, part])) };
}

function entrySchema({ additionalProperties, patternProperties }: Schema): Schema {
  if (patternProperties !== undefined) return Object.values(patternProperties)[0] ?? untyped;
  return typeof additionalProperties === "object" ? additionalProperties : untyped;
}

function listShape(list: readonly unknown[], schema: Schema, strict: boolean): Shape {
  const type = schema["x-kubernetes-list-type"];
  if (type !== "map" && type !== "set") return { kind: "leaf" };
  const parts = new Map<string, Part>();
  const items = schema.items ?? untyped;
  for (const [i, value] of list.entries()) {
    const element = type === "set" ? setElement(value) : keyElement(value, schema, resolveSchema(items));
    if (element === undefined || parts.has(element)) {
      if (!strict) return { kind: "leaf" };
      throw new Error(
        element === undefined
          ? `element ${i}: associative list with keys has an element that omits ${(schema["x-kubernetes-list-map-keys"] ?? []).join(", ")}`
          : `duplicate entries for key ${elementText(element)}`,
      );
    }
    parts.set(element, { element, value, schema: items, isEntry: true });
  }
  return { kind: "list", parts };
}

function setElement(value: unknown): string | undefined {
  return typeof value === "object" ? undefined : `v:${JSON.stringify(value)}`;
}

/** `k:{"containerPort":80,"protocol":"TCP"}`, with the schema's defaults for keys that are missing. */
function keyElement(value: unknown, schema: Schema, items: Schema): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const keys: [string, unknown][] = [];
  for (const name of [...(schema["x-kubernetes-list-map-keys"] ?? [])].sort()) {
    const key = (value as Record<string, unknown>)[name] ?? items.properties?.[name]?.default;
    if (key === undefined || typeof key === "object") return undefined;
    keys.push([name, key]);
  }
  return `k:${JSON.stringify(Object.fromEntries(keys))}`;
}
