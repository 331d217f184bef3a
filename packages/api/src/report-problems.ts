import type { FieldProblem } from "./errors.ts";
import type { Location, Manifest, SyntaxProblem } from "./manifest.ts";
import { describe } from "./schema-check.ts";

/** A problem with its place in a file. */
export interface LocatedProblem {
  readonly location: Location;
  readonly problem: SyntaxProblem | FieldProblem;
}

/** Colours the parts of a report; the default leaves them plain. */
export interface ReportStyle {
  readonly heading: (text: string) => string;
  readonly mark: (text: string) => string;
  readonly hint: (text: string) => string;
}
const plain: ReportStyle = { heading: (text) => text, mark: (text) => text, hint: (text) => text };

/** Puts the problems of a manifest's objects at their places. @param problemsOf problems by index of the object */
export function locateProblems(manifest: Manifest, problemsOf: readonly (readonly FieldProblem[])[]): LocatedProblem[] {
  const syntax = manifest.problems.map((problem) => ({ location: problem.location, problem }));
  const fields = manifest.objects.flatMap(({ locate }, i) =>
    (problemsOf[i] ?? []).map((problem) => ({
      location: locate(problem.path, problem.reason === "FieldValueUnknown" ? "key" : "value"),
      problem,
    })),
  );
  return [...syntax, ...fields].sort(
    (a, b) => a.location.line - b.location.line || a.location.column - b.location.column,
  );
}

/** All problems for a person: place, source line with a mark under the spot, what to write instead; the count at the end. */
export function reportProblems(problems: readonly LocatedProblem[], style: ReportStyle = plain): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [...problems.map((problem) => reportOne(problem, style)), count].join("\n\n");
}

function reportOne({ location, problem }: LocatedProblem, style: ReportStyle): string {
  const path = "path" in problem ? `${problem.path}: ` : "";
  const found =
    "value" in problem &&
    problem.value !== undefined &&
    !problem.problem.includes("found") &&
    problem.reason !== "FieldValueUnknown" &&
    typeof problem.value !== "object"
      ? ` (found ${describe(problem.value)})`
      : "";
  const gutter = String(location.line).length;
  const { text, column } = excerpt(location);
  return [
    style.heading(`${location.file}:${location.line}:${location.column}: ${path}${problem.problem}${found}`),
    `  ${location.line} | ${text}`,
    `  ${" ".repeat(gutter)} | ${" ".repeat(column - 1)}${style.mark("^")}`,
    ...(problem.hint === undefined ? [] : [style.hint(`  ${" ".repeat(gutter)} = ${problem.hint}`)]),
  ].join("\n");
}

/** Longer lines, such as a whole manifest in JSON, are shown around the spot only. */
const SHOWN_CHARACTERS = 120;

/** The source line and the place of the spot in it, from 1. */
function excerpt({ sourceLine, column }: Location): { text: string; column: number } {
  const place = Math.max(1, column);
  if (sourceLine.length <= SHOWN_CHARACTERS) return { text: sourceLine, column: place };
  const start = Math.max(0, Math.min(place - 1 - SHOWN_CHARACTERS / 2, sourceLine.length - SHOWN_CHARACTERS));
  const end = start + SHOWN_CHARACTERS;
  const before = start > 0 ? "…" : "";
  return {
    text: `${before}${sourceLine.slice(start, end)}${end < sourceLine.length ? "…" : ""}`,
    column: place - start + before.length,
  };
}

/** A problem in the words of Kubernetes' field errors: `spec.x: Invalid value: "v": text`. */
export function fieldErrorText({ path, reason, value, problem, hint }: FieldProblem): string {
  return `${path}: ${causeMessage({ path, reason, value, problem, ...(hint !== undefined && { hint }) })}`;
}

/** The same without the path, as `details.causes[].message` has it. */
export function causeMessage({ reason, value, problem, hint }: FieldProblem): string {
  const text = hint === undefined ? problem : `${problem}; ${hint}`;
  const kind = {
    FieldValueRequired: "Required value",
    FieldValueInvalid: "Invalid value",
    FieldValueNotSupported: "Unsupported value",
    FieldValueDuplicate: "Duplicate value",
    FieldValueForbidden: "Forbidden",
    FieldValueTooLong: "Too long",
    FieldValueTypeInvalid: "Invalid value",
    FieldValueUnknown: "Invalid value",
  }[reason];
  const shown =
    value === undefined || reason === "FieldValueRequired" || reason === "FieldValueForbidden"
      ? ""
      : `: ${JSON.stringify(value)}`;
  return `${kind}${shown}${text === "" ? "" : `: ${text}`}`;
}
