import { type FieldProblem, InvalidObjectError, type KubeObject, type ObjectMeta, type ResourceKind } from "@qalam/api";
import { isDns1035Label, isDnsLabel, isDnsSubdomain, isLabelValue, isQualifiedName } from "./qualified-name.ts";

const MAX_ANNOTATION_BYTES = 256 * 1024;
const QUALIFIED =
  "expected [prefix/]name, the name at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit";

/** Checks what Kubernetes checks of any object's metadata. `stored` parts that did not change are not checked again. @throws InvalidObjectError with every problem */
export function validateMetadata(kind: ResourceKind, object: KubeObject, stored?: KubeObject): void {
  const { metadata } = object;
  const known = stored?.metadata;
  const problems: FieldProblem[] = [];
  if (known === undefined) problems.push(...nameProblems(kind, metadata));
  if (metadata.labels !== known?.labels) problems.push(...labelProblems(metadata.labels));
  if (metadata.annotations !== known?.annotations) problems.push(...annotationProblems(metadata.annotations));
  if (metadata.finalizers !== known?.finalizers) problems.push(...finalizerProblems(metadata, known));
  if (metadata.ownerReferences !== known?.ownerReferences) problems.push(...ownerProblems(metadata.ownerReferences));
  if (problems.length > 0) throw new InvalidObjectError(kind.kind, metadata.name, problems);
}

function invalid(path: string, value: unknown, problem: string, hint?: string): FieldProblem {
  return { path, reason: "FieldValueInvalid", value, problem, ...(hint === undefined ? {} : { hint }) };
}

function nameProblems(kind: ResourceKind, { name, namespace }: ObjectMeta): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const found = JSON.stringify(name);
  if (kind.kind === "Namespace" && kind.group === "") {
    if (!isDnsLabel(name))
      problems.push(
        invalid(
          "metadata.name",
          name,
          `${found} is no DNS-1123 label: at most 63 of a-z, 0-9 and -, beginning and ending with a letter or digit`,
          hintFor(name, isDnsLabel),
        ),
      );
  } else if (kind.kind === "Service" && kind.group === "") {
    if (!isDns1035Label(name))
      problems.push(
        invalid(
          "metadata.name",
          name,
          `${found} is no DNS-1035 label: at most 63 of a-z, 0-9 and -, beginning with a letter and ending with a letter or digit`,
          hintFor(name, isDns1035Label),
        ),
      );
  } else if (!isDnsSubdomain(name)) {
    problems.push(
      invalid(
        "metadata.name",
        name,
        `${found} is no DNS-1123 subdomain: at most 253 of a-z, 0-9, - and ., beginning and ending with a letter or digit`,
        hintFor(name, isDnsSubdomain),
      ),
    );
  }
  if (kind.namespaced && !isDnsLabel(namespace ?? "")) {
    problems.push(
      invalid(
        "metadata.namespace",
        namespace,
        `${JSON.stringify(namespace)} is no DNS-1123 label: at most 63 of a-z, 0-9 and -, beginning and ending with a letter or digit`,
      ),
    );
  }
  return problems;
}

/** A near name that would do. */
function hintFor(name: string, isValid: (name: string) => boolean): string | undefined {
  const near = (accepted: RegExp, before: RegExp) =>
    name
      .toLowerCase()
      .replace(accepted, "-")
      .replace(before, "")
      .replace(/[^a-z0-9]+$/, "")
      .slice(0, 63);
  const nearest = [near(/[^a-z0-9.-]+/g, /^[^a-z0-9]+/), near(/[^a-z0-9]+/g, /^[^a-z]+/)].find(isValid);
  return nearest === undefined ? undefined : `write e.g. ${JSON.stringify(nearest)}`;
}

function labelProblems(labels: ObjectMeta["labels"]): FieldProblem[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => {
    const path = `metadata.labels[${key}]`;
    const problems = isQualifiedName(key)
      ? []
      : [invalid(path, key, `${JSON.stringify(key)} is no label key: ${QUALIFIED}`)];
    if (typeof value !== "string") {
      problems.push(
        invalid(path, value, `found ${JSON.stringify(value)}, expected text`, `write "${String(value)}" in quotes`),
      );
    } else if (!isLabelValue(value)) {
      problems.push(
        invalid(
          path,
          value,
          `${JSON.stringify(value)} is no label value: at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit`,
        ),
      );
    }
    return problems;
  });
}

function annotationProblems(annotations: ObjectMeta["annotations"]): FieldProblem[] {
  let bytes = 0;
  const problems = Object.entries(annotations ?? {}).flatMap(([key, value]) => {
    const path = `metadata.annotations[${key}]`;
    bytes += key.length + String(value).length;
    const found = isQualifiedName(key.toLowerCase())
      ? []
      : [invalid(path, key, `${JSON.stringify(key)} is no annotation key: ${QUALIFIED}`)];
    if (typeof value !== "string")
      found.push(
        invalid(path, value, `found ${JSON.stringify(value)}, expected text`, `write "${String(value)}" in quotes`),
      );
    return found;
  });
  if (bytes > MAX_ANNOTATION_BYTES)
    problems.push(
      invalid("metadata.annotations", undefined, `${bytes} bytes in all, expected at most ${MAX_ANNOTATION_BYTES}`),
    );
  return problems;
}

function finalizerProblems(metadata: ObjectMeta, known: ObjectMeta | undefined): FieldProblem[] {
  return (metadata.finalizers ?? []).flatMap((finalizer, index) => {
    const path = `metadata.finalizers[${index}]`;
    if (!isQualifiedName(finalizer))
      return [invalid(path, finalizer, `${JSON.stringify(finalizer)} is no finalizer: ${QUALIFIED}`)];
    if (known?.deletionTimestamp !== undefined && !known.finalizers?.includes(finalizer)) {
      const problem = "no new finalizers can be added if the object is being deleted";
      return [{ path, reason: "FieldValueForbidden", value: finalizer, problem }];
    }
    return [];
  });
}

function ownerProblems(owners: ObjectMeta["ownerReferences"]): FieldProblem[] {
  const problems = (owners ?? []).flatMap((owner, index) =>
    (["apiVersion", "kind", "name", "uid"] as const)
      .filter((field) => !owner[field])
      .map(
        (field): FieldProblem => ({
          path: `metadata.ownerReferences[${index}].${field}`,
          reason: "FieldValueRequired",
          problem: "must not be empty",
        }),
      ),
  );
  const controllers = (owners ?? []).filter((owner) => owner.controller === true);
  if (controllers.length > 1) {
    const names = controllers.map((owner) => `${owner.kind} ${owner.name}`).join(" and ");
    problems.push(
      invalid("metadata.ownerReferences", undefined, `only one owner can be the controller, found ${names}`),
    );
  }
  return problems;
}
