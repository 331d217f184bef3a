import type { Schema } from "@qalam/api";
import { EMPTY_SET, elementText, type FieldSet, fieldSet, LEAF, union } from "./field-set.ts";
import { type Part, type Shape, shapeOf } from "./shape.ts";

/** What two versions of an object differ in. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** The fields that a configuration speaks about. @throws Error when a list that merges by key has items without or with equal keys */
export function fieldsOf(value: unknown, schema: Schema, path = ""): FieldSet {
  const shape = strictShape(value, schema, path);
  if (shape.kind === "leaf") return LEAF;
  if (shape.parts.size === 0) return shape.kind === "map" ? LEAF : EMPTY_SET;
  return fieldSet(
    false,
    [...shape.parts.values()].map((part) => {
      const below = fieldsOf(part.value, part.schema, path + elementText(part.element));
      return [part.element, part.isEntry ? { ...below, self: true } : below];
    }),
  );
}

function strictShape(value: unknown, schema: Schema, path: string): Shape {
  try {
    return shapeOf(value, schema, true);
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`);
  }
}

const unchanged: Comparison = { added: EMPTY_SET, modified: EMPTY_SET, removed: EMPTY_SET };

/** Undefined stands for "was not there". A part that came or went is named with everything in it. */
export function compare(before: unknown, after: unknown, schema: Schema): Comparison {
  if (before === undefined) return { ...unchanged, added: everyField(after, schema) };
  if (after === undefined) return { ...unchanged, removed: everyField(before, schema) };
  const [a, b] = [shapeOf(before, schema), shapeOf(after, schema)];
  if (a.kind === "leaf" || a.kind !== b.kind)
    return sameValue(before, after) ? unchanged : { ...unchanged, modified: LEAF };
  const elements = new Set([...a.parts.keys(), ...(b as typeof a).parts.keys()]);
  const results = [...elements].map((element) => {
    const [old, next] = [a.parts.get(element), (b as typeof a).parts.get(element)];
    return [element, compare(old?.value, next?.value, (next ?? old)?.schema ?? {})] as const;
  });
  const collect = (which: keyof Comparison) =>
    fieldSet(
      false,
      results.map(([element, result]) => [element, result[which]]),
    );
  return { added: collect("added"), modified: collect("modified"), removed: collect("removed") };
}

function everyField(value: unknown, schema: Schema): FieldSet {
  const shape = shapeOf(value, schema);
  if (shape.kind === "leaf") return LEAF;
  return fieldSet(
    true,
    [...shape.parts.values()].map((part) => [part.element, everyField(part.value, part.schema)]),
  );
}

function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [x, y] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(x);
  return (
    keys.length === Object.keys(y).length && keys.every((key) => Object.hasOwn(y, key) && sameValue(x[key], y[key]))
  );
}

/** The live object with what the configuration says: objects and keyed lists merge, everything else is replaced. Neither is changed. */
export function merge(live: unknown, config: unknown, schema: Schema): unknown {
  const [a, b] = [shapeOf(live, schema), shapeOf(config, schema)];
  if (b.kind === "leaf" || a.kind !== b.kind) return config;
  const parts = b.kind === "map" ? [...a.parts.keys(), ...b.parts.keys()] : mergedOrder(a.parts, b.parts);
  const merged = [...new Set(parts)].map((element): [string, unknown] => {
    const [old, next] = [a.parts.get(element), b.parts.get(element)];
    if (old === undefined || next === undefined) return [element, (old ?? next)?.value];
    return [element, merge(old.value, next.value, next.schema)];
  });
  return assembled(b.kind, merged);
}

/** The configuration's order; what only the live list has comes as early as it did there. */
function mergedOrder(live: ReadonlyMap<string, Part>, config: ReadonlyMap<string, Part>): string[] {
  const rest = [...live.keys()];
  const order = new Set<string>();
  const takeLive = () => {
    while (rest[0] !== undefined && (order.has(rest[0]) || !config.has(rest[0]))) order.add(rest.shift() as string);
  };
  takeLive();
  for (const element of config.keys()) {
    order.add(element);
    takeLive();
  }
  return [...order];
}

/** The value without the fields of the set, and what they contain. */
export function withoutFields(value: unknown, fields: FieldSet, schema: Schema): unknown {
  if (fields.children.size === 0) return value;
  const shape = shapeOf(value, schema);
  if (shape.kind === "leaf") return value;
  const kept = [...shape.parts.values()].flatMap((part): [string, unknown][] => {
    const below = fields.children.get(part.element) ?? EMPTY_SET;
    return below.self ? [] : [[part.element, withoutFields(part.value, below, part.schema)]];
  });
  return assembled(shape.kind, kept);
}

function assembled(kind: Exclude<Shape["kind"], "leaf">, parts: readonly (readonly [string, unknown])[]): unknown {
  if (kind === "list") return parts.map(([, value]) => value);
  return Object.fromEntries(parts.map(([element, value]) => [element.slice(2), value]));
}

/** What changed in value: the fields that are new and those with another value. */
export function changedFields({ added, modified }: Comparison): FieldSet {
  return union(added, modified);
}
