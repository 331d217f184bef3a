import type { KubeObject, ResourceKind } from "@qalam/api";
import { InvalidRequestError } from "./errors.ts";

/** Decides whether an object is selected. */
export type Selector = (object: KubeObject) => boolean;

const labelKey = /^([a-z0-9A-Z][-a-z0-9A-Z.]*\/)?[a-zA-Z0-9]([-\w.]{0,61}[a-zA-Z0-9])?$/;
const labelValue = /^([a-zA-Z0-9]([-\w.]{0,61}[a-zA-Z0-9])?)?$/;

/** Compiles a label selector in Kubernetes' syntax: `a=b,c==d,e!=f,g in (h,i),j notin (k),l,!m`. @throws InvalidRequestError that says where */
export function labelSelector(text: string): Selector {
  const requirements = splitRequirements(text).map(labelRequirement);
  return ({ metadata }) => requirements.every((holds) => holds(metadata.labels ?? {}));
}

type Requirement = (labels: Readonly<Record<string, string>>) => boolean;

function labelRequirement(text: string): Requirement {
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(text);
  if (set !== null) {
    const [, key = "", operator, list = ""] = set;
    const values = new Set(list.split(",").map((value) => checkedValue(value.trim(), text)));
    checkedKey(key, text);
    return operator === "in"
      ? (labels) => Object.hasOwn(labels, key) && values.has(labels[key] ?? "")
      : (labels) => !Object.hasOwn(labels, key) || !values.has(labels[key] ?? "");
  }
  const comparison = /^([^=!<>]+?)\s*(==|=|!=)\s*(.*)$/.exec(text);
  if (comparison !== null) {
    const [, key = "", operator, value = ""] = comparison;
    checkedKey(key, text);
    checkedValue(value, text);
    return operator === "!=" ? (labels) => labels[key] !== value : (labels) => labels[key] === value;
  }
  if (text.startsWith("!")) {
    const key = checkedKey(text.slice(1).trim(), text);
    return (labels) => !Object.hasOwn(labels, key);
  }
  const key = checkedKey(text, text);
  return (labels) => Object.hasOwn(labels, key);
}

function checkedKey(key: string, requirement: string): string {
  if (!labelKey.test(key))
    throw new InvalidRequestError(`unable to parse requirement "${requirement}": "${key}" is not a label key`);
  return key;
}

function checkedValue(value: string, requirement: string): string {
  if (!labelValue.test(value))
    throw new InvalidRequestError(`unable to parse requirement "${requirement}": "${value}" is not a label value`);
  return value;
}

/** Splits at commas outside of parentheses. */
function splitRequirements(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    if (text[i] === "(") depth += 1;
    else if (text[i] === ")") depth -= 1;
    else if (i === text.length || (text[i] === "," && depth === 0)) {
      const part = text.slice(start, i).trim();
      if (part !== "") parts.push(part);
      start = i + 1;
    }
  }
  return parts;
}

/** Fields that can be selected by, beside metadata.name and metadata.namespace; Kubernetes has the same for these kinds. */
const selectableFields: Readonly<Record<string, readonly string[]>> = {
  Pod: ["spec.nodeName", "spec.restartPolicy", "status.phase", "status.podIP", "spec.serviceAccountName"],
  Event: [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
  Job: ["status.successful"],
  Namespace: ["status.phase"],
  Secret: ["type"],
};

/** Compiles a field selector: `metadata.name=x,status.phase!=Running`. @throws InvalidRequestError for a field the kind does not offer */
export function fieldSelector(text: string, kind: ResourceKind): Selector {
  const requirements = text
    .split(",")
    .filter((part) => part.trim() !== "")
    .map((part) => fieldRequirement(part.trim(), kind));
  return (object) => requirements.every((holds) => holds(object));
}

function fieldRequirement(text: string, kind: ResourceKind): Selector {
  const match = /^([^=!]+?)(==|=|!=)(.*)$/.exec(text);
  if (match === null)
    throw new InvalidRequestError(`invalid field selector "${text}": write field=value or field!=value`);
  const [, field = "", operator, value = ""] = match;
  const offered = ["metadata.name", "metadata.namespace", ...(selectableFields[kind.kind] ?? [])];
  if (!offered.includes(field))
    throw new InvalidRequestError(
      `field label not supported: ${field}; ${kind.plural} can be selected by ${offered.join(", ")}`,
    );
  const path = field.split(".");
  const wanted = operator !== "!=";
  return (object) => (fieldText(object, path) === value) === wanted;
}

function fieldText(object: KubeObject, path: readonly string[]): string {
  let value: unknown = object;
  for (const key of path)
    value = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return value === undefined || value === null ? "" : String(value);
}

/** Both selectors as one test. */
export function compileSelectors(
  kind: ResourceKind,
  options: { readonly namespace?: string; readonly labelSelector?: string; readonly fieldSelector?: string },
): Selector {
  const tests: Selector[] = [];
  if (options.namespace !== undefined && options.namespace !== "")
    tests.push(({ metadata }) => metadata.namespace === options.namespace);
  if (options.labelSelector) tests.push(labelSelector(options.labelSelector));
  if (options.fieldSelector) tests.push(fieldSelector(options.fieldSelector, kind));
  return (object) => tests.every((test) => test(object));
}
