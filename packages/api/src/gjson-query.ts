import type { GjsonResult } from "./gjson.ts";
import { splitTop } from "./gjson-text.ts";
import { wildcardPattern } from "./gjson-wildcard.ts";
import type { Json } from "./resources/object.ts";

const operators = ["==", "!=", "<=", ">=", "!%", "=", "<", ">", "%"] as const;
type Operator = (typeof operators)[number];

/** True when an element satisfies `path op value`; without an operator, when it has the path. An empty path means the element itself. */
export function matchesQuery(item: Json, query: string, evaluate: (value: Json, path: string) => GjsonResult): boolean {
  const { path, operator, operand } = parseQuery(query);
  const found: GjsonResult = path === "" ? { exists: true, value: item } : evaluate(item, path);
  if (operator === undefined) return found.exists;
  if (operand.startsWith("~")) return operator === "!=" ? !isKindOf(found, operand) : isKindOf(found, operand);
  return found.exists && compare(found.value, operator, parseOperand(operand));
}

interface Query {
  readonly path: string;
  readonly operator: Operator | undefined;
  readonly operand: string;
}

function parseQuery(query: string): Query {
  const text = query.trim();
  for (let index = 0; index < text.length; index++) {
    const operator = operators.find((candidate) => text.startsWith(candidate, index));
    const path = text.slice(0, index);
    if (operator !== undefined && splitTop(`${path}\u0000`, "\u0000").length === 2 && !path.endsWith("\\")) {
      return { path: path.trim(), operator, operand: text.slice(index + operator.length).trim() };
    }
  }
  return { path: text, operator: undefined, operand: "" };
}

function parseOperand(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text; // an unquoted word is a text, as in Go
  }
}

function isKindOf(found: GjsonResult, operand: string): boolean {
  const value = found.exists ? found.value : null;
  const truthy =
    value === true ||
    (typeof value === "number" && value !== 0) ||
    (typeof value === "string" && ["1", "t", "true"].includes(value.toLowerCase()));
  if (operand === "~true") return truthy;
  if (operand === "~false") return !truthy;
  if (operand === "~null") return value === null;
  return operand === "~*" && found.exists;
}

function compare(value: Json, operator: Operator, operand: Json): boolean {
  if (operator === "%" || operator === "!%") {
    const matches = typeof value === "string" && wildcardPattern(String(operand)).test(value);
    return (operator === "%") === matches;
  }
  if (operator === "!=") return !equal(value, operand);
  if (operator === "=" || operator === "==") return equal(value, operand);
  if (typeof value !== typeof operand || (typeof value !== "number" && typeof value !== "string")) return false;
  const [left, right] = [value, operand as typeof value];
  if (operator === "<") return left < right;
  if (operator === "<=") return left <= right;
  return operator === ">" ? left > right : left >= right;
}

function equal(value: Json, operand: Json): boolean {
  return typeof value === "object" && value !== null
    ? JSON.stringify(value) === JSON.stringify(operand)
    : value === operand;
}
