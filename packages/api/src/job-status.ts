import { evaluateGjson } from "./gjson.ts";
import type { Json } from "./resources/object.ts";

/** What the success and failure conditions say of a job. */
export interface JobVerdict {
  readonly state: "succeeded" | "failed" | "running";
  /** Taken from the matched object, where it has them. */
  readonly reason?: string;
  readonly message?: string;
}

/**
 * Evaluates the conditions on a job object (Katib behaviour 4.5): failure first, then success. An expression matches when it gives an object or a
 * non-empty array, whose first element counts; scalars never match.
 */
export function evaluateJob(
  job: object,
  conditions: { readonly success: string | undefined; readonly failure: string | undefined },
): JobVerdict {
  for (const [state, expression] of [
    ["failed", conditions.failure],
    ["succeeded", conditions.success],
  ] as const) {
    const match = expression === undefined ? undefined : matchedObject(job as Json, expression);
    if (match !== undefined) return { state, ...textField(match, "reason"), ...textField(match, "message") };
  }
  return { state: "running" };
}

function matchedObject(job: Json, expression: string): { [key: string]: Json } | undefined {
  const result = evaluateGjson(job, expression);
  if (!result.exists) return undefined;
  const { value } = result;
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === "object" && first !== null && !Array.isArray(first) ? first : undefined;
}

function textField<K extends string>(object: { [key: string]: Json }, key: K): { [k in K]?: string } {
  const value = object[key];
  return typeof value === "string" && value !== "" ? ({ [key]: value } as { [k in K]?: string }) : {};
}
