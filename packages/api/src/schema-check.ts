import type { FieldProblem } from "./errors.ts";
import { didYouMean } from "./nearest.ts";
import { parseQuantity } from "./quantity.ts";

/** The part of JSON Schema that our schemas use. */
export interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly nullable?: boolean;
  readonly description?: string;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-int-or-string"?: boolean;
  /** How lists merge: by keys of their items, as a set of plain values, or not at all. */
  readonly "x-kubernetes-list-type"?: "map" | "set" | "atomic";
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: "granular" | "atomic";
  readonly "x-kubernetes-patch-merge-key"?: string;
  readonly "x-kubernetes-patch-strategy"?: string;
  readonly default?: unknown;
  readonly $ref?: string;
}

/** Checks a value against a schema: types, enums, required and unknown fields, all at once. @param resolve looks up `$ref` */
export function checkSchema(
  value: unknown,
  schema: Schema,
  path = "",
  resolve: (ref: string) => Schema | undefined = () => undefined,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  visit(value, schema, path, { problems, resolve });
  return problems;
}

interface Walk {
  readonly problems: FieldProblem[];
  readonly resolve: (ref: string) => Schema | undefined;
}

function visit(value: unknown, given: Schema, path: string, walk: Walk): void {
  const schema = given.$ref === undefined ? given : (walk.resolve(given.$ref) ?? {});
  if (value === null && schema.nullable === true) return;
  const problem = typeProblem(value, schema, path);
  if (problem !== undefined) walk.problems.push(problem);
  else if (schema.type === "object") visitObject(value as Record<string, unknown>, schema, path, walk);
  else if (schema.type === "array" && schema.items !== undefined)
    for (const [i, item] of (value as unknown[]).entries()) visit(item, schema.items, `${path}[${i}]`, walk);
}

function visitObject(value: Record<string, unknown>, schema: Schema, path: string, walk: Walk): void {
  const at = (key: string) => (path === "" ? key : `${path}.${key}`);
  for (const key of schema.required ?? []) {
    if (value[key] === undefined)
      walk.problems.push({
        path: at(key),
        reason: "FieldValueRequired",
        problem: "is missing",
        hint: `add ${key}: ${exampleOf(schema.properties?.[key])}`,
      });
  }
  const others =
    schema.patternProperties === undefined ? schema.additionalProperties : Object.values(schema.patternProperties)[0];
  for (const [key, item] of Object.entries(value)) {
    const known = schema.properties?.[key];
    if (known !== undefined) {
      if (item !== undefined && !(item === null && !(schema.required ?? []).includes(key)))
        visit(item, known, at(key), walk);
    } else if (typeof others === "object") visit(item, others, `${path}[${key}]`, walk);
    else if (
      schema.properties !== undefined &&
      schema["x-kubernetes-preserve-unknown-fields"] !== true &&
      others !== true
    ) {
      walk.problems.push({
        path: at(key),
        reason: "FieldValueUnknown",
        value: item,
        problem: `unknown field "${key}"`,
        hint:
          didYouMean(key, Object.keys(schema.properties)) ?? `known here: ${Object.keys(schema.properties).join(", ")}`,
      });
    }
  }
}

function typeProblem(value: unknown, schema: Schema, path: string): FieldProblem | undefined {
  if (schema["x-kubernetes-int-or-string"] === true) {
    const isQuantity = schema.format === "quantity";
    if (isQuantity && typeof value === "string" && parseQuantity(value) === undefined)
      return {
        path,
        reason: "FieldValueInvalid",
        value,
        problem: "is not a quantity",
        hint: "write for example 500m, 2 or 4Gi",
      };
    return typeof value === "string" || (isQuantity ? typeof value === "number" : Number.isInteger(value))
      ? undefined
      : mismatch(value, isQuantity ? "a number or a text" : "an integer or a text", path);
  }
  if (schema.type !== undefined && !hasType(value, schema))
    return mismatch(value, typeNames[schema.type] ?? schema.type, path, hintFor(value, schema));
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    const accepted = schema.enum.map((one) => JSON.stringify(one)).join(", ");
    const near = didYouMean(String(value), schema.enum.map(String));
    return {
      path,
      reason: "FieldValueNotSupported",
      value,
      problem: `${JSON.stringify(value)} is not one of ${accepted}`,
      ...(near !== undefined && { hint: near }),
    };
  }
  if (schema.format === "int32" && Math.abs(value as number) > 2 ** 31 - 1)
    return mismatch(value, "an integer of 32 bits", path);
  return undefined;
}

const typeNames: Readonly<Record<string, string>> = {
  string: "a text",
  integer: "an integer",
  number: "a number",
  boolean: "true or false",
  object: "an object (name: value lines)",
  array: "a list (lines that begin with -)",
};

function hasType(value: unknown, { type }: Schema): boolean {
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  if (type === "number") return typeof value === "number";
  return typeof value === type;
}

function mismatch(value: unknown, expected: string, path: string, hint?: string): FieldProblem {
  return {
    path,
    reason: "FieldValueTypeInvalid",
    value,
    problem: `expected ${expected}, found ${describe(value)}`,
    ...(hint !== undefined && { hint }),
  };
}

function hintFor(value: unknown, { type }: Schema): string | undefined {
  if (type === "string" && (typeof value === "number" || typeof value === "boolean"))
    return `put it in quotes: "${value}"`;
  if (
    (type === "integer" || type === "number") &&
    typeof value === "string" &&
    value.trim() !== "" &&
    !Number.isNaN(Number(value))
  )
    return `write it without quotes: ${Number(value)}`;
  if (type === "array" && value !== null && typeof value === "object") return "begin each item with -";
  return undefined;
}

/** The value the way a person would name it, shortened. */
export function describe(value: unknown): string {
  if (value === null) return "nothing (null)";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "an object";
  if (typeof value === "string")
    return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value)}`;
  return `${typeof value === "number" ? "the number" : "the value"} ${String(value)}`;
}

function exampleOf(schema: Schema | undefined): string {
  if (schema?.enum !== undefined) return schema.enum.map(String).join(" | ");
  return `<${typeNames[schema?.type ?? "string"] ?? "value"}>`;
}
