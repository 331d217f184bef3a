import { type FieldProblem, JOB, type KubeObject, type ResourceKind } from "@qalam/api";
import { sameJson } from "@qalam/store";
import { RequestError, undecodable } from "./status-error.ts";

type Json = Record<string, unknown>;
type NewRule = (object: Json) => FieldProblem[];
type ChangeRule = (old: Json, object: Json) => FieldProblem[];

/** What is wrong with an object of a built-in kind beyond its structure, with Kubernetes' paths and reasons: what cannot work, not every rule of a cluster. */
export function contentProblems({ group, kind }: ResourceKind, object: KubeObject): FieldProblem[] {
  return group === "kubeflow.org" || group === "events.k8s.io"
    ? []
    : (newRules[kind]?.(object as unknown as Json) ?? []);
}

/** Changes that Kubernetes refuses: what was made of the object would not follow them. */
export function changeProblems({ group, kind }: ResourceKind, old: KubeObject, object: KubeObject): FieldProblem[] {
  if (group === "kubeflow.org") return [];
  return changeRules[kind]?.(old as unknown as Json, object as unknown as Json) ?? [];
}

/** What only new objects are refused for: it is the server's to set. */
export function creationProblems({ group, kind }: ResourceKind, object: KubeObject): FieldProblem[] {
  return group === JOB.group && kind === JOB.kind ? selectorProblems(object as unknown as Json) : [];
}

/** A Job selects its pods by its uid, unless it says that it does so by hand. */
function selectorProblems(job: Json): FieldProblem[] {
  const { selector, manualSelector, template } = below(job, "spec");
  if (manualSelector === true) return [];
  const { name } = below(job, "metadata");
  const labels = below(below((template ?? {}) as Json, "metadata"), "labels");
  const wrong = Object.entries(labels).filter(
    ([key, value]) => /^(batch\.kubernetes\.io\/)?(controller-uid|job-name)$/.test(key) && value !== name,
  );
  return [
    ...(selector === undefined
      ? []
      : [
          invalid("spec.selector", selector, "`selector` not auto-generated: leave it out, or set spec.manualSelector"),
        ]),
    ...wrong.map(([key, value]) =>
      invalid(
        `spec.template.metadata.labels[${key}]`,
        value,
        key.endsWith("uid") ? "is the Job's uid: leave it out" : `must be ${JSON.stringify(name)}: leave it out`,
      ),
    ),
  ];
}

const newRules: Readonly<Record<string, NewRule>> = {
  Pod: (pod) => podProblems(below(pod, "spec"), "spec", ["Always", "OnFailure", "Never"]),
  Job: (job) =>
    podProblems(below(below(below(job, "spec"), "template"), "spec"), "spec.template.spec", ["OnFailure", "Never"]),
  ConfigMap: (map) => {
    requireBase64("ConfigMap", below(map, "binaryData"));
    const twice = Object.keys(below(map, "data")).filter((key) => Object.hasOwn(below(map, "binaryData"), key));
    return [
      ...keyProblems(map, "data"),
      ...keyProblems(map, "binaryData"),
      ...twice.map((key) => invalid(`data[${key}]`, key, "duplicate of key present in binaryData")),
    ];
  },
  Secret: (secret) => {
    requireBase64("Secret", below(secret, "data"));
    return keyProblems(secret, "data");
  },
  Service: (service) => {
    const { ports, clusterIP, type } = below(service, "spec");
    const needsPorts = clusterIP !== "None" && type !== "ExternalName";
    return needsPorts && isEmpty(ports) ? [required("spec.ports")] : [];
  },
  PersistentVolumeClaim: (claim) => {
    const spec = below(claim, "spec");
    const size = below(below(spec, "resources"), "requests").storage;
    return [
      ...(isEmpty(spec.accessModes) ? [required("spec.accessModes", "at least 1 access mode is required")] : []),
      ...(size === undefined ? [required("spec.resources[storage]")] : []),
    ];
  },
  Event: (event) => {
    const { namespace } = below(event, "involvedObject");
    const own = below(event, "metadata").namespace;
    const isElsewhere = namespace !== undefined && namespace !== "" && namespace !== own;
    return isElsewhere ? [invalid("involvedObject.namespace", namespace, "does not match event.namespace")] : [];
  },
};

const changeRules: Readonly<Record<string, ChangeRule>> = {
  ConfigMap: (old, object) => frozen(old, object, ["data", "binaryData"]),
  Secret: (old, object) => [...frozen(old, object, ["data"]), ...kept(old, object, ["type"])],
  Pod: (old, object) =>
    sameJson(fixedPodSpec(old), fixedPodSpec(object))
      ? []
      : [
          forbidden(
            "spec",
            "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations`,`spec.terminationGracePeriodSeconds`",
          ),
        ],
  Job: (old, object) =>
    kept(below(old, "spec"), below(object, "spec"), ["completions", "selector", "template", "completionMode"], "spec."),
  PersistentVolumeClaim: (old, object) => {
    const fixed = (claim: Json) => ({
      ...below(claim, "spec"),
      resources: undefined,
      volumeAttributesClassName: undefined,
    });
    return sameJson(fixed(old), fixed(object))
      ? []
      : [forbidden("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName")];
  },
};

function podProblems(spec: Json, path: string, policies: readonly string[]): FieldProblem[] {
  const containers = Array.isArray(spec.containers) ? (spec.containers as Json[]) : [];
  const names = containers.map(({ name }) => name);
  const twice = names.flatMap((name, i): FieldProblem[] =>
    names.indexOf(name) === i
      ? []
      : [{ path: `${path}.containers[${i}].name`, reason: "FieldValueDuplicate", value: name, problem: "" }],
  );
  const accepted = policies.map((policy) => JSON.stringify(policy)).join(", ");
  const isKnown =
    policies.includes(spec.restartPolicy as string) ||
    (spec.restartPolicy === undefined && policies.includes("Always"));
  const isAlwaysJob =
    !policies.includes("Always") && (spec.restartPolicy === "Always" || spec.restartPolicy === undefined);
  const policy: FieldProblem = isAlwaysJob
    ? required(`${path}.restartPolicy`, `valid values: ${accepted}`)
    : {
        path: `${path}.restartPolicy`,
        reason: "FieldValueNotSupported",
        value: spec.restartPolicy,
        problem: `supported values: ${accepted}`,
      };
  return [...(containers.length === 0 ? [required(`${path}.containers`)] : []), ...twice, ...(isKnown ? [] : [policy])];
}

function keyProblems(object: Json, member: string): FieldProblem[] {
  return Object.keys(below(object, member))
    .filter((key) => !/^[-._a-zA-Z0-9]{1,253}$/.test(key) || /^\.\.?$/.test(key))
    .map((key) => invalid(`${member}[${key}]`, key, "expected at most 253 letters, digits, -, _ and ."));
}

/** @throws RequestError 400: bytes travel as base64, so that other text cannot be read at all */
function requireBase64(kind: string, values: Json): void {
  for (const [key, value] of Object.entries(values))
    if (
      typeof value === "string" &&
      !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value.replace(/[\r\n]/g, ""))
    )
      throw new RequestError(400, undecodable(kind, `illegal base64 data at ${JSON.stringify(key)}`));
}

/** Of an object that says it is immutable. */
function frozen(old: Json, object: Json, fields: readonly string[]): FieldProblem[] {
  if (old.immutable !== true) return [];
  const problem = "field is immutable when `immutable` is set";
  return [
    ...(object.immutable === true ? [] : [forbidden("immutable", problem)]),
    ...fields.filter((field) => !sameJson(old[field], object[field])).map((field) => forbidden(field, problem)),
  ];
}

function kept(old: Json, object: Json, fields: readonly string[], prefix = ""): FieldProblem[] {
  return fields
    .filter((field) => !sameJson(old[field], object[field]))
    .map((field) => invalid(`${prefix}${field}`, object[field], "field is immutable"));
}

function fixedPodSpec(pod: Json): Json {
  const spec = below(pod, "spec");
  const withoutImages = (containers: unknown) =>
    Array.isArray(containers)
      ? containers.map((one: Json) => ({ ...one, image: undefined, imagePullPolicy: undefined }))
      : containers;
  return {
    ...spec,
    containers: withoutImages(spec.containers),
    initContainers: withoutImages(spec.initContainers),
    activeDeadlineSeconds: undefined,
    tolerations: undefined,
    terminationGracePeriodSeconds: undefined,
  };
}

function required(path: string, problem = ""): FieldProblem {
  return { path, reason: "FieldValueRequired", problem };
}

function invalid(path: string, value: unknown, problem: string): FieldProblem {
  return { path, reason: "FieldValueInvalid", value, problem };
}

function forbidden(path: string, problem: string): FieldProblem {
  return { path, reason: "FieldValueForbidden", problem };
}

function isEmpty(value: unknown): boolean {
  return !Array.isArray(value) || value.length === 0;
}

function below(object: Json, key: string): Json {
  const value = object[key];
  return typeof value === "object" && value !== null ? (value as Json) : {};
}
