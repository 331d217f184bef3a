import type { IncomingMessage, ServerResponse } from "node:http";
import { causeMessage, type FieldProblem } from "@qalam/api";
import type { DeleteOptions, WriteOptions } from "@qalam/store";
import type { AdmissionOptions } from "./admission.ts";
import type { ResourcePath } from "./resource-path.ts";
import { RequestError } from "./status-error.ts";

/** Namespace and selectors of a list, watch or deletion of a collection. */
export function scopeOf({ namespace }: ResourcePath, query: URLSearchParams) {
  const labelSelector = query.get("labelSelector");
  const fieldSelector = query.get("fieldSelector");
  return {
    ...(namespace !== "" && { namespace }),
    ...(labelSelector && { labelSelector }),
    ...(fieldSelector && { fieldSelector }),
  };
}

/** @throws RequestError 422 for a dryRun there is not */
export function writeOptions(query: URLSearchParams, options: OptionsKind): WriteOptions {
  const values = query.getAll("dryRun");
  if (values.some((value) => value !== "All")) throw unsupported(options, "dryRun", values, ["All"]);
  return values.length > 0 ? { dryRun: true } : {};
}

/** @throws RequestError 422 for a fieldValidation there is not */
export function admissionOptions(
  query: URLSearchParams,
  response: ServerResponse,
  options: OptionsKind,
): AdmissionOptions {
  const mode = query.get("fieldValidation") || "Warn";
  if (mode !== "Strict" && mode !== "Warn" && mode !== "Ignore")
    throw unsupported(options, "fieldValidation", mode, ["", "Ignore", "Strict", "Warn"]);
  const warned = new Set<string>();
  return {
    fieldValidation: mode,
    warn: (text) => {
      if (!warned.has(text))
        response.appendHeader("Warning", `299 - ${JSON.stringify(text.replace(/[^\x20-\x7e]/g, "?"))}`);
      warned.add(text);
    },
  };
}

interface GivenDeleteOptions {
  readonly kind?: unknown;
  readonly propagationPolicy?: unknown;
  readonly orphanDependents?: unknown;
  readonly preconditions?: Record<string, unknown>;
  readonly gracePeriodSeconds?: unknown;
  readonly dryRun?: unknown;
}

/** @throws RequestError 422 for a policy there is not or for two of them, 400 for what is no such option */
export function deleteOptions(query: URLSearchParams, body: unknown): DeleteOptions {
  const given = (typeof body === "object" && body !== null ? body : {}) as GivenDeleteOptions;
  checkDeleteOptions(query, given);
  const orphan = given.orphanDependents ?? query.get("orphanDependents");
  const asked = given.propagationPolicy ?? query.get("propagationPolicy");
  const policy = asked ?? (String(orphan) === "true" ? "Orphan" : undefined);
  if (policy !== undefined && policy !== "Background" && policy !== "Foreground" && policy !== "Orphan")
    throw unsupported("DeleteOptions", "propagationPolicy", policy, ["Foreground", "Background", "Orphan", "nil"]);
  const isDry = Array.isArray(given.dryRun) && given.dryRun.includes("All");
  return {
    ...(policy !== undefined && { propagationPolicy: policy }),
    ...(given.preconditions && { preconditions: preconditionsOf(given.preconditions) }),
    ...(isDry ? { dryRun: true } : writeOptions(query, "DeleteOptions")),
  };
}

function checkDeleteOptions(query: URLSearchParams, given: GivenDeleteOptions): void {
  const { kind, gracePeriodSeconds, propagationPolicy, orphanDependents } = given;
  wholeNumber(query, "gracePeriodSeconds");
  if (kind !== undefined && kind !== "DeleteOptions")
    throw new RequestError(400, `the body of a deletion is of kind DeleteOptions, found ${JSON.stringify(kind)}`);
  if (gracePeriodSeconds !== undefined && gracePeriodSeconds !== null && !Number.isInteger(gracePeriodSeconds))
    throw new RequestError(
      400,
      `gracePeriodSeconds must be a whole number, found ${JSON.stringify(gracePeriodSeconds)}`,
    );
  if (propagationPolicy !== undefined && orphanDependents !== undefined)
    throw invalidOption("DeleteOptions", {
      path: "propagationPolicy",
      reason: "FieldValueInvalid",
      value: propagationPolicy,
      problem: "orphanDependents and deletionPropagation cannot be both set",
    });
}

function preconditionsOf(given: Record<string, unknown>): NonNullable<DeleteOptions["preconditions"]> {
  const text = (name: string): Record<string, string> => {
    const value = given[name];
    if (value === undefined || value === null) return {};
    if (typeof value !== "string") throw new RequestError(400, `preconditions.${name} must be a text`);
    return { [name]: value };
  };
  return { ...text("uid"), ...text("resourceVersion") };
}

const MAX_MANAGER_LENGTH = 128;

/** Who writes: the `fieldManager` of the request, else the first word of its user agent. @throws RequestError 422 */
export function fieldManagerOf(request: IncomingMessage, query: URLSearchParams): string {
  const named = query.get("fieldManager");
  const problem = managerProblem(named ?? "");
  if (problem !== undefined) throw invalidOption(optionsKind(request), problem);
  const agent = (request.headers["user-agent"] ?? "")
    .split("/")[0]
    ?.replace(/\p{C}/gu, "")
    .slice(0, MAX_MANAGER_LENGTH);
  return named || agent || "unknown";
}

function managerProblem(name: string): FieldProblem | undefined {
  const path = "fieldManager";
  if (name.length > MAX_MANAGER_LENGTH)
    return { path, reason: "FieldValueTooLong", problem: `may not be more than ${MAX_MANAGER_LENGTH} bytes` };
  if (/^\P{C}*$/u.test(name)) return undefined;
  return { path, reason: "FieldValueInvalid", value: name, problem: "should only contain printable characters" };
}

/** What Kubernetes calls the parameters of a request that writes. */
export function optionsKind({ method }: IncomingMessage): OptionsKind {
  return method === "POST" ? "CreateOptions" : method === "PUT" ? "UpdateOptions" : "PatchOptions";
}

export function isTrue(value: string | null): boolean {
  return value === "true" || value === "1";
}

/** A number of the query, if it is there. @throws RequestError 400 when it is no whole number from zero */
export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  if (!/^\d{1,15}$/.test(text))
    throw new RequestError(
      400,
      `${name} must be a whole number from zero, found ${JSON.stringify(text.slice(0, 100))}`,
    );
  return Number(text);
}

function unsupported(kind: OptionsKind, path: string, value: unknown, accepted: readonly string[]): RequestError {
  const texts = accepted.map((one) => JSON.stringify(one)).join(", ");
  return invalidOption(kind, {
    path,
    reason: "FieldValueNotSupported",
    value,
    problem: `supported values: ${texts}`,
  });
}

/** Kubernetes' names for the parameters of a request. */
export type OptionsKind = "CreateOptions" | "UpdateOptions" | "PatchOptions" | "DeleteOptions" | "ListOptions";

/** Parameters of the request that are refused, in Kubernetes' form. */
export function invalidOption(kind: OptionsKind, ...problems: readonly FieldProblem[]): RequestError {
  const causes = problems.map((problem) => ({
    reason: problem.reason,
    message: causeMessage(problem),
    field: problem.path,
  }));
  const texts = causes.map(({ field, message }) => `${field}: ${message}`);
  const text = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
  return new RequestError(422, `${kind}.meta.k8s.io "" is invalid: ${text}`, { group: "meta.k8s.io", kind, causes });
}
