import { applyModifier } from "./gjson-modifiers.ts";
import { matchesQuery } from "./gjson-query.ts";
import { closingIndex, splitTop } from "./gjson-text.ts";
import { wildcardPattern } from "./gjson-wildcard.ts";
import type { Json } from "./resources/object.ts";

/** What a path gives. A missing value has `exists` false. */
export type GjsonResult = { readonly exists: true; readonly value: Json } | { readonly exists: false };

const nothing: GjsonResult = { exists: false };

/**
 * Evaluates a path of the GJSON language (the one of Go's gjson 1.14, which Katib uses for success and failure conditions, Katib behaviour 4.5):
 * keys with wildcards and escapes, indexes, `#`, `#(query)`, `#(query)#`, pipes, multipaths, literals and modifiers. JSON lines (`..`) are left out, as
 * a resource is one document.
 */
export function evaluateGjson(value: Json, path: string): GjsonResult {
  if (path === "") return nothing;
  const head = path[0] ?? "";
  if (head === "@") return modifier(value, path);
  if (head === "{" || head === "[") return multipath(value, path);
  if (head === "!") return literal(path);
  const { name, separator, rest } = nextComponent(path);
  if (Array.isArray(value) && name.startsWith("#")) return arrayComponent(value, name, separator, rest);
  return follow(child(value, name), separator, rest);
}

/** One step of a path. */
interface Component {
  readonly name: string;
  readonly separator: "." | "|" | "";
  readonly rest: string;
}

/** Cuts the first component off: up to a dot or pipe that is neither escaped nor within brackets. */
function nextComponent(path: string): Component {
  let index = 0;
  while (index < path.length) {
    const character = path[index];
    if (character === "\\") index += 2;
    else if (character === "(" || character === "[" || character === "{") index = closingIndex(path, index) + 1;
    else if (character === "." || character === "|") break;
    else index += 1;
  }
  return {
    name: path.slice(0, index),
    separator: (path[index] ?? "") as Component["separator"],
    rest: path.slice(index + 1),
  };
}

function follow(result: GjsonResult, separator: Component["separator"], rest: string): GjsonResult {
  return !result.exists || separator === "" ? result : evaluateGjson(result.value, rest);
}

function child(value: Json, name: string): GjsonResult {
  if (Array.isArray(value)) {
    const item = /^\d+$/.test(name) ? value[Number(name)] : undefined;
    return item === undefined ? nothing : { exists: true, value: item };
  }
  if (typeof value !== "object" || value === null) return nothing;
  const plain = name.replace(/\\(.)/g, "$1");
  if (!/(^|[^\\])[*?]/.test(name))
    return Object.hasOwn(value, plain) ? { exists: true, value: value[plain] as Json } : nothing;
  const pattern = wildcardPattern(name);
  const key = Object.keys(value).find((candidate) => pattern.test(candidate));
  return key === undefined ? nothing : { exists: true, value: value[key] as Json };
}

function arrayComponent(
  items: readonly Json[],
  name: string,
  separator: Component["separator"],
  rest: string,
): GjsonResult {
  if (name === "#") {
    if (separator === "") return { exists: true, value: items.length };
    return separator === "|" ? evaluateGjson(items.length, rest) : eachOf(items, rest);
  }
  if (name[1] !== "(" && name[1] !== "[") return nothing;
  const end = closingIndex(name, 1);
  const query = name.slice(2, end);
  const matches = (item: Json) => matchesQuery(item, query, evaluateGjson);
  if (name.slice(end + 1) !== "#") {
    const first = items.find(matches);
    return first === undefined ? nothing : follow({ exists: true, value: first }, separator, rest);
  }
  const all = items.filter(matches);
  if (separator === "") return { exists: true, value: all };
  return separator === "|" ? evaluateGjson(all, rest) : eachOf(all, rest);
}

/** `#.path`: the path of every element that has it; what follows a pipe is asked of the list. */
function eachOf(items: readonly Json[], path: string): GjsonResult {
  const [own = "", ...piped] = splitTop(path, "|");
  const values = items.map((item) => evaluateGjson(item, own)).filter((result) => result.exists);
  const list: GjsonResult = { exists: true, value: values.map((result) => result.value) };
  return piped.length === 0 ? list : evaluateGjson(list.value, piped.join("|"));
}

function modifier(value: Json, path: string): GjsonResult {
  const { name, separator, rest } = modifierComponent(path);
  const colon = name.indexOf(":");
  const [word, argument] = colon === -1 ? [name, ""] : [name.slice(0, colon), name.slice(colon + 1)];
  const result = applyModifier(word.slice(1), argument, value);
  return result === undefined ? nothing : follow({ exists: true, value: result }, separator, rest);
}

/** A modifier's argument may be JSON with dots and pipes of its own. */
function modifierComponent(path: string): Component {
  const colon = /^@\w+:/.exec(path)?.[0].length;
  if (colon === undefined || !'{["'.includes(path[colon] ?? " ")) return nextComponent(path);
  const end = path[colon] === '"' ? path.indexOf('"', colon + 1) : closingIndex(path, colon);
  return {
    name: path.slice(0, end + 1),
    separator: (path[end + 1] ?? "") as Component["separator"],
    rest: path.slice(end + 2),
  };
}

function multipath(value: Json, path: string): GjsonResult {
  const end = closingIndex(path, 0);
  const parts = splitTop(path.slice(1, end), ",").map((part) => selector(part.trim()));
  const found = parts.map(({ key, path: own }) => ({ key, result: evaluateGjson(value, own) }));
  const separator = (path[end + 1] ?? "") as Component["separator"];
  const rest = path.slice(end + 2);
  if (path[0] === "[")
    return follow(
      { exists: true, value: found.flatMap(({ result }) => (result.exists ? [result.value] : [])) },
      separator,
      rest,
    );
  const entries = found.flatMap(({ key, result }) => (result.exists ? [[key, result.value] as const] : []));
  return follow({ exists: true, value: Object.fromEntries(entries) }, separator, rest);
}

/** `"key":path` or `path`, whose key is its last component. */
function selector(text: string): { key: string; path: string } {
  const named = /^"((?:[^"\\]|\\.)*)":/.exec(text);
  if (named !== null) return { key: named[1] ?? "", path: text.slice(named[0].length) };
  const last =
    splitTop(text, ".")
      .flatMap((part) => splitTop(part, "|"))
      .at(-1) ?? text;
  return { key: /^[\w-]+$/.test(last) ? last : "_", path: text };
}

function literal(path: string): GjsonResult {
  try {
    return { exists: true, value: JSON.parse(path.slice(1)) as Json };
  } catch {
    return nothing; // not JSON: a path that finds nothing, as in Go
  }
}
