import type { GjsonResult } from "./gjson.ts";
import { splitTop } from "./gjson-text.ts";
import { wildcardPattern } from "./gjson-wildcard.ts";
import { parseGoFloat } from "./go-float.ts";
import type { Json } from "./resources/object.ts";

const operators = ["==", "!=", "<=", ">=", "!%", "=", "<", ">", "%"] as const;
type Operator = (typeof operators)[number];

/** True when an element satisfies `path op value`; without an operator, when it has the path. An empty path means the element itself. */
export function matchesQuery(item: Json, query: string, evaluate: (value: Json, path: string) => GjsonResult): boolean {
  const { path, operator, operand } = parseQuery(query);
  if (path === "" && operator === undefined) return false;
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

/** A quoted operand as its text; any other as it stands, as in Go. */
function parseOperand(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1).replace(/"$/, "");
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

/** By the type of the value, as gjson does: numbers are compared with the operand's number, also when it is quoted; null, objects and lists match nothing. */
function compare(value: Json, operator: Operator, operand: string): boolean {
  if (typeof value === "string") return compareText(value, operator, operand);
  if (typeof value === "number") return ordered(value, operator, parseGoFloat(operand) ?? 0);
  if (typeof value !== "boolean") return false;
  if (operator === "=" || operator === "==") return operand === String(value);
  if (operator === "!=") return operand !== String(value);
  if (operator === ">=") return value;
  if (operator === "<=") return !value;
  return operand === String(!value) && operator === (value ? ">" : "<");
}

function compareText(value: string, operator: Operator, operand: string): boolean {
  if (operator === "%") return wildcardPattern(operand).test(value);
  if (operator === "!%") return !wildcardPattern(operand).test(value);
  return ordered(value, operator, operand);
}

function ordered<T extends string | number>(value: T, operator: Operator, operand: T): boolean {
  if (operator === "=" || operator === "==") return value === operand;
  if (operator === "!=") return value !== operand;
  if (operator === "<") return value < operand;
  if (operator === "<=") return value <= operand;
  if (operator === ">") return value > operand;
  return operator === ">=" && value >= operand;
}
