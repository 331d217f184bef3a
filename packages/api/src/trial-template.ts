import { parse } from "yaml";
import { QalamError } from "./errors.ts";
import type { ParameterAssignment, ParameterSpec } from "./resources/common.ts";
import type { TemplateObject, TrialParameterSpec } from "./resources/experiment.ts";

/** A template cannot be filled: it names something that is not there. */
export class TemplateError extends QalamError {
  readonly code = "TEMPLATE";
  readonly status = 422;
}

/** What fills one template. */
export interface TemplateInput {
  /** The object (`trialSpec`) or the text of a ConfigMap's key. */
  readonly template: TemplateObject | string;
  readonly trialParameters: readonly TrialParameterSpec[];
  readonly assignments: readonly ParameterAssignment[];
  /** The search space: parameters that may be inactive leave their placeholder empty. */
  readonly parameters?: readonly ParameterSpec[];
  readonly name: string;
  readonly namespace: string;
}

const metadataReference = /^\$\{trialSpec\.(.+?)\}$/;
const metadataIndex = /^(Annotations|Labels)\[(.+)\]$/;
/** What stands in a template for a value. */
export const PLACEHOLDER = /\$\{trialParameters\.(.+?)\}/g;

/** Stands for every value where a template is looked at before it is filled. */
export const STAND_IN = "test-value";

/** True for `${trialSpec.Name}` and its like (Katib behaviour 4.2). */
export function isMetadataReference(reference: string): boolean {
  const field = metadataReference.exec(reference)?.[1];
  return (
    field !== undefined && (["Name", "Namespace", "Kind", "APIVersion"].includes(field) || metadataIndex.test(field))
  );
}

/**
 * Fills a trial template (Katib behaviour 4.1, 4.2) and sets name and namespace. Within `trialSpec` a value always stays text and arrives intact whatever
 * characters it has (Katib breaks on quotes); a ConfigMap's text is filled as it stands, so that a placeholder there can become a number.
 * @throws TemplateError
 */
export function renderTrialTemplate(input: TemplateInput): TemplateObject {
  const header = typeof input.template === "string" ? templateHeader(input.template) : input.template;
  const values = placeholderValues(input, header);
  const fill = (text: string) => text.replace(PLACEHOLDER, (whole, name: string) => values.get(name) ?? whole);
  const filled =
    typeof input.template === "string"
      ? parseTemplate(fill(input.template))
      : (fillStrings(input.template, fill) as TemplateObject);
  return { ...filled, metadata: { ...filled.metadata, name: input.name, namespace: input.namespace } };
}

/** Parses a ConfigMap's template with every placeholder replaced by a text, to look at its kind and metadata. @throws TemplateError */
export function templateHeader(text: string): TemplateObject {
  return parseTemplate(text.replace(PLACEHOLDER, STAND_IN));
}

function parseTemplate(text: string): TemplateObject {
  let object: unknown;
  try {
    object = parse(text);
  } catch (error) {
    const [reason] = (error as Error).message.split("\n");
    throw new TemplateError(`the trial template is not valid YAML: ${reason?.replace(/:$/, "")}`);
  }
  if (typeof object !== "object" || object === null || Array.isArray(object))
    throw new TemplateError("the trial template is not an object; expected apiVersion, kind and spec");
  return object as TemplateObject;
}

function fillStrings(value: unknown, fill: (text: string) => string): unknown {
  if (typeof value === "string") return fill(value);
  if (Array.isArray(value)) return value.map((item) => fillStrings(item, fill));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [fill(key), fillStrings(item, fill)]));
}

function placeholderValues(
  { trialParameters, assignments, parameters, name, namespace }: TemplateInput,
  header: TemplateObject,
): Map<string, string> {
  const assigned = new Map(assignments.map((assignment) => [assignment.name, assignment.value]));
  const values = new Map<string, string>();
  for (const { name: placeholder = "", reference = "" } of trialParameters) {
    if (isMetadataReference(reference)) {
      values.set(placeholder, metadataValue(reference, header, { name, namespace }));
      continue;
    }
    const value = assigned.get(reference) ?? (isConditional(parameters, reference) ? "" : undefined);
    if (value === undefined)
      throw new TemplateError(
        `trial parameter "${placeholder}" refers to "${reference}", but the assignment has only ${[...assigned.keys()].join(", ") || "nothing"}`,
      );
    values.set(placeholder, value);
  }
  const referenced = new Set(trialParameters.map(({ reference }) => reference));
  const unused = [...assigned.keys()].filter((parameter) => !referenced.has(parameter));
  if (unused.length > 0)
    throw new TemplateError(`no trial parameter refers to ${unused.join(", ")}; every parameter must be used`);
  return values;
}

function isConditional(parameters: readonly ParameterSpec[] | undefined, name: string): boolean {
  return parameters?.find((parameter) => parameter.name === name)?.activeWhen !== undefined;
}

function metadataValue(reference: string, header: TemplateObject, trial: { name: string; namespace: string }): string {
  const field = metadataReference.exec(reference)?.[1] ?? "";
  if (field === "Name") return trial.name;
  if (field === "Namespace") return trial.namespace;
  if (field === "Kind") return header.kind ?? "";
  if (field === "APIVersion") return header.apiVersion ?? "";
  const { map, key, value } = metadataEntry(field, header);
  if (value === undefined) throw new TemplateError(`${reference}: the template's metadata.${map} has no "${key}"`);
  return value;
}

/** The label or annotation that a reference names, when the template has none such; with the keys it has. */
export function missingMetadata(
  reference: string,
  header: TemplateObject,
): { readonly map: string; readonly key: string; readonly keys: readonly string[] } | undefined {
  const field = metadataReference.exec(reference)?.[1] ?? "";
  if (!metadataIndex.test(field)) return undefined;
  const { map, key, value, entries } = metadataEntry(field, header);
  return value === undefined ? { map, key, keys: Object.keys(entries) } : undefined;
}

function metadataEntry(field: string, header: TemplateObject) {
  const [, name = "", key = ""] = metadataIndex.exec(field) ?? [];
  const map = name.toLowerCase();
  const entries = (header.metadata?.[map] ?? {}) as Record<string, string>;
  return { map, key, entries, value: entries[key] };
}
