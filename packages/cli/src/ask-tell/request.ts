import { didYouMean } from "@qalam/api";

/** A line that asks for trials. */
export interface Ask {
  readonly ask: number;
}

/** A line that tells of a trial. Without an outcome its reports so far. */
export interface Tell {
  readonly tell: number;
  readonly values?: readonly number[];
  readonly failed?: true;
  readonly stopped?: true;
  readonly constraints?: readonly number[];
  readonly intermediate?: readonly (readonly [step: number, value: number])[];
}

/** A line that asks for the trials whose result is not known yet. */
export interface Pending {
  readonly pending: true;
}

export type Request = Ask | Tell | Pending;

/** A line that cannot be understood or obeyed. Nothing has changed. */
export class RequestError extends Error {}

/** Trials of one ask at most. */
const MAX_ASK = 10_000;
const FORMS = '{"ask":1}, {"tell":0,"value":0.5} or {"pending":true}';
const TELL_FIELDS = ["tell", "value", "values", "failed", "stopped", "constraints", "intermediate"];

/** Reads one line. @throws RequestError that says what was expected */
export function parseRequest(line: string): Request {
  const given = parseObject(line);
  const first = ["ask", "tell", "pending"].filter((key) => key in given);
  if (first.length !== 1) throw new RequestError(`expected one of ${FORMS}, found ${shown(line)}`);
  const fields = first[0] === "tell" ? TELL_FIELDS : first;
  for (const key of Object.keys(given))
    if (!fields.includes(key))
      throw new RequestError(`unknown field "${key}"; ${didYouMean(key, fields) ?? `there are ${fields.join(", ")}`}`);
  if ("ask" in given) return { ask: whole(given.ask, "ask", 1, MAX_ASK) };
  if ("tell" in given) return tellOf(given);
  if (given.pending !== true) throw new RequestError(`pending: expected true, found ${shown(given.pending)}`);
  return { pending: true };
}

function parseObject(line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    const hint = /\b(NaN|-?Infinity)\b/.test(line)
      ? '; JSON has no NaN and Infinity: write "nan", "inf" or "-inf"'
      : "";
    throw new RequestError(`not JSON: ${(error as Error).message}${hint}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new RequestError(`expected ${FORMS}, found ${shown(value)}`);
  return value as Record<string, unknown>;
}

function tellOf(given: Record<string, unknown>): Tell {
  const outcomes = ["value", "values", "failed"].filter((key) => key in given);
  if (outcomes.length > 1) throw new RequestError(`give only one of ${outcomes.join(", ")}`);
  for (const key of ["failed", "stopped"])
    if (key in given && given[key] !== true)
      throw new RequestError(`${key}: expected true, found ${shown(given[key])}`);
  if (outcomes.length === 0 && !("intermediate" in given))
    throw new RequestError("a tell needs value, values, failed or intermediate");
  const values = "value" in given ? [given.value] : given.values;
  if ("stopped" in given && values === undefined) throw new RequestError("a stopped trial needs its last value");
  return {
    tell: whole(given.tell, "tell", 0, Number.MAX_SAFE_INTEGER),
    ...(values !== undefined && { values: numbers(values, "value" in given ? "value" : "values") }),
    ...("failed" in given && { failed: true }),
    ...("stopped" in given && { stopped: true }),
    ...("constraints" in given && { constraints: numbers(given.constraints, "constraints") }),
    ...("intermediate" in given && { intermediate: curve(given.intermediate) }),
  };
}

function whole(value: unknown, field: string, min: number, max: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  throw new RequestError(`${field}: expected a whole number from ${min} to ${max}, found ${shown(value)}`);
}

function numbers(value: unknown, field: string): number[] {
  if (Array.isArray(value)) return value.map((one) => numberOf(one, field));
  throw new RequestError(`${field}: expected a list of numbers, found ${shown(value)}`);
}

/** Numbers that JSON does not have are written as text. */
function numberOf(value: unknown, field: string): number {
  if (typeof value === "number") return value;
  const special = typeof value === "string" ? SPECIAL[value.toLowerCase()] : undefined;
  if (special !== undefined) return special;
  throw new RequestError(`${field}: expected a number, found ${shown(value)}`);
}

const SPECIAL: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  "-infinity": Number.NEGATIVE_INFINITY,
};

function curve(value: unknown): (readonly [number, number])[] {
  const isPair = (one: unknown) => Array.isArray(one) && one.length === 2;
  if (!Array.isArray(value) || !value.every(isPair))
    throw new RequestError(`intermediate: expected a list of [step, value], found ${shown(value)}`);
  return value.map(([step, one]) => [numberOf(step, "intermediate"), numberOf(one, "intermediate")] as const);
}

function shown(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
