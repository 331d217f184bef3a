import type { Json } from "./resources/object.ts";

type Modifier = (value: Json, argument: string) => Json | undefined;

/** The modifiers that change values; those that only lay out text (`@pretty`, `@ugly`) give the value as it is. */
const modifiers: Readonly<Record<string, Modifier>> = {
  this: (value) => value,
  valid: (value) => value,
  pretty: (value) => value,
  ugly: (value) => value,
  reverse: (value) =>
    Array.isArray(value)
      ? [...value].reverse()
      : isObject(value)
        ? Object.fromEntries(Object.entries(value).reverse())
        : value,
  keys: (value) => (isObject(value) ? Object.keys(value) : Array.isArray(value) ? value.map(() => null) : []),
  values: (value) => (isObject(value) ? Object.values(value) : Array.isArray(value) ? value : [value]),
  flatten: (value, argument) =>
    Array.isArray(value)
      ? ((value as unknown[]).flat(argument.includes('"deep":true') ? Infinity : 1) as Json[])
      : value,
  join: (value) => (Array.isArray(value) ? Object.assign({}, ...value.filter(isObject)) : value),
  tostr: (value) => JSON.stringify(value),
  fromstr: (value) => parsed(value),
  group: (value) => (isObject(value) ? grouped(value) : undefined),
};

/** Applies `@name:argument`. @returns undefined for an unknown modifier or one that does not fit the value */
export function applyModifier(name: string, argument: string, value: Json): Json | undefined {
  return Object.hasOwn(modifiers, name) ? modifiers[name]?.(value, argument) : undefined;
}

function parsed(value: Json): Json | undefined {
  try {
    return typeof value === "string" ? (JSON.parse(value) as Json) : undefined;
  } catch {
    return undefined; // no JSON inside: nothing found, as in Go
  }
}

/** `{"a":[1,2],"b":[3,4]}` → `[{"a":1,"b":3},{"a":2,"b":4}]`. */
function grouped(value: { [key: string]: Json }): Json {
  const lists = Object.entries(value).filter((entry): entry is [string, Json[]] => Array.isArray(entry[1]));
  const length = Math.max(0, ...lists.map(([, list]) => list.length));
  return Array.from({ length }, (_, i) =>
    Object.fromEntries(lists.flatMap(([key, list]) => (i < list.length ? [[key, list[i] as Json]] : []))),
  );
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
