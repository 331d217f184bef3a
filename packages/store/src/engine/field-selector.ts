import { apiVersionOf, type KubeObject, type ResourceKind } from "@qalam/api";
import { selectorError } from "./selector-syntax.ts";

/** Fields that can be selected besides metadata.name and metadata.namespace: those of Kubernetes. */
const declared: Readonly<Record<string, readonly string[]>> = {
  "v1/Pod": [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.nominatedNodeName",
  ],
  "v1/Event": [
    "involvedObject.apiVersion",
    "involvedObject.fieldPath",
    "involvedObject.kind",
    "involvedObject.name",
    "involvedObject.namespace",
    "involvedObject.resourceVersion",
    "involvedObject.uid",
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
  "v1/Namespace": ["status.phase"],
  "v1/Secret": ["type"],
  "batch/v1/Job": ["status.successful"],
};

interface Requirement {
  readonly path: readonly string[];
  readonly value: string;
  readonly equal: boolean;
}

/**
 * Reads a field selector: `field=value`, `field==value` or `field!=value`, joined by commas; `\\`, `\,` and `\=` in a value stand for the plain
 * character. A missing field is the empty text.
 * @throws InvalidRequestError that says where the text stops making sense, or which fields the kind has
 */
export function parseFieldSelector(kind: ResourceKind, text: string): (object: KubeObject) => boolean {
  const requirements = [...terms(text)].map((term) => requirement(kind, text, term));
  return (object) => requirements.every(({ path, value, equal }) => (fieldText(object, path) === value) === equal);
}

interface Term {
  readonly text: string;
  readonly at: number;
}

function* terms(text: string): Generator<Term> {
  const pattern = /(?:\\[\s\S]|[^\\,])+/g;
  for (const match of text.matchAll(pattern)) {
    if (match[0].trim() !== "") yield { text: match[0], at: match.index };
  }
}

function requirement(kind: ResourceKind, selector: string, { text, at }: Term): Requirement {
  const match = /^\s*([^=!\s]*)\s*(==|!=|=)([\s\S]*)$/.exec(text);
  if (match === null) throw selectorError("field", selector, at, text, "field=value, field==value or field!=value");
  const [, field = "", operator, value = ""] = match;
  const fields = ["metadata.name", ...(kind.namespaced ? ["metadata.namespace"] : []), ...fieldsOf(kind)];
  if (!fields.includes(field)) {
    throw selectorError(
      "field",
      selector,
      at,
      field,
      `a field that ${kind.plural} can be selected by: ${fields.join(", ")}`,
    );
  }
  return { path: storedPath(field), value: unescaped(selector, value.trim(), at), equal: operator !== "!=" };
}

function fieldsOf(kind: ResourceKind): readonly string[] {
  return declared[`${apiVersionOf(kind)}/${kind.kind}`] ?? [];
}

/** Two fields are called differently in selectors than in objects. */
function storedPath(field: string): string[] {
  if (field === "status.successful") return ["status", "succeeded"];
  if (field === "source") return ["source", "component"];
  return field.split(".");
}

function unescaped(selector: string, value: string, at: number): string {
  const stray = /(?:^|[^\\])(?:\\\\)*(?:(\\)(?![\\,=])|(=))/.exec(value);
  if (stray !== null)
    throw selectorError("field", selector, at, value, 'a value in which "\\", "," and "=" follow a "\\"');
  return value.replace(/\\([\\,=])/g, "$1");
}

function fieldText(object: KubeObject, path: readonly string[]): string {
  let value: unknown = object;
  for (const member of path) {
    if (typeof value !== "object" || value === null) return "";
    value = (value as Record<string, unknown>)[member];
  }
  if (value === undefined || value === null) return path.at(-1) === "succeeded" ? "0" : "";
  return String(value);
}
