import type { FieldProblem, KubeObject, ResourceKind } from "@qalam/api";
import { invalidOption, isTrue } from "./request-options.ts";
import { RequestError } from "./status-error.ts";

/** `metadata` of a list; as in Kubernetes, lists of custom resources say that they do not continue. */
export function listMetadata({ group }: ResourceKind, resourceVersion: string): object {
  return { resourceVersion, ...(group === "kubeflow.org" && { continue: "" }) };
}

/** An object as it stands in a list: what all items of a built-in kind have in common is said once, by the list. */
export function listItem({ group }: ResourceKind, object: KubeObject): object {
  if (group === "kubeflow.org") return object;
  const { apiVersion: _, kind: __, ...rest } = object;
  return rest;
}

/**
 * The version of a list or get that a client asks for.
 * @param current the newest version of the store
 * @returns the version at which to list exactly, if that is asked; without it the newest state answers, which is never older than asked
 * @throws RequestError 400 (no version), 422 (options that do not go together), 410 (a version from the future)
 */
export function versionOfList(query: URLSearchParams, current: string): string | undefined {
  const version = query.get("resourceVersion") ?? "";
  refuse([...matchProblems(query, version), ...initialEventsProblems(query)]);
  if (query.get("continue") && version !== "" && version !== "0")
    throw new RequestError(400, "specifying resource version is not allowed when using continue");
  checkVersion(version, current);
  return query.get("resourceVersionMatch") === "Exact" ? version : undefined;
}

/** @throws RequestError as in `versionOfList` */
export function checkVersion(version: string, current: string): void {
  if (version === "") return;
  checkIsVersion(version);
  if (Number(version) > Number(current)) throw tooLarge(version, current);
}

/** @throws RequestError 400 for a text that is no version */
export function checkIsVersion(version: string): void {
  if (!/^\d+$/.test(version))
    throw new RequestError(
      400,
      `invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(version.slice(0, 100))}: expected a version that a list or watch gave`,
    );
}

/** @throws RequestError 422 for options of a watch that do not go together */
export function checkWatchOptions(query: URLSearchParams): void {
  const match = query.get("resourceVersionMatch");
  const path = "resourceVersionMatch";
  if (isTrue(query.get("sendInitialEvents"))) {
    if (match !== "NotOlderThan")
      refuse([forbidden(path, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")]);
  } else if (match)
    refuse([forbidden(path, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")]);
}

function matchProblems(query: URLSearchParams, version: string): FieldProblem[] {
  const match = query.get("resourceVersionMatch");
  const path = "resourceVersionMatch";
  if (!match) return [];
  return [
    ...(version === ""
      ? [forbidden(path, "resourceVersionMatch is forbidden unless resourceVersion is provided")]
      : []),
    ...(query.get("continue") ? [forbidden(path, "resourceVersionMatch is forbidden when continue is provided")] : []),
    ...(match !== "Exact" && match !== "NotOlderThan" ? [unsupportedMatch(match)] : []),
    ...(match === "Exact" && version === "0"
      ? [forbidden(path, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"')]
      : []),
  ];
}

function initialEventsProblems(query: URLSearchParams): FieldProblem[] {
  return query.has("sendInitialEvents")
    ? [forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list")]
    : [];
}

function unsupportedMatch(value: string): FieldProblem {
  const problem = 'supported values: "Exact", "NotOlderThan", ""';
  return { path: "resourceVersionMatch", reason: "FieldValueNotSupported", value, problem };
}

function forbidden(path: string, problem: string): FieldProblem {
  return { path, reason: "FieldValueForbidden", problem };
}

function refuse(problems: readonly FieldProblem[]): void {
  if (problems.length > 0) throw invalidOption("ListOptions", ...problems);
}

function tooLarge(version: string, current: string): RequestError {
  const causes = [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }];
  const message = `Too large resource version: ${version}, current: ${current}: list again without it`;
  return new RequestError(410, message, { causes });
}
