import type { KubeObject, ResourceKind } from "@qalam/api";

type Json = Record<string, unknown>;
type Complete = (object: Json) => void;

/**
 * What a Kubernetes API server fills into objects of built-in kinds, so that they read the same here. Not `backoffLimit` (a deliberate difference of its own)
 * and nothing that depends on a cluster: addresses, protection finalizers. What a Job gets by its uid is the store's to add.
 * @returns a copy
 */
export function withDefaults(kind: ResourceKind, object: KubeObject): KubeObject {
  const complete = kind.group === "kubeflow.org" ? undefined : completions[kind.kind];
  if (complete === undefined) return object;
  const copy = structuredClone(object);
  complete(copy as unknown as Json);
  return copy;
}

/** What a new object says about itself before anything has happened to it. A status that came with it does not count. */
export function initialStatus(kind: ResourceKind, object: KubeObject): object | undefined {
  if (kind.group === "kubeflow.org") return undefined;
  if (kind.kind === "Pod") return { phase: "Pending", qosClass: qualityOfService(members(object, "spec")) };
  return statuses[kind.kind];
}

const statuses: Readonly<Record<string, object>> = {
  Job: {},
  PersistentVolumeClaim: { phase: "Pending" },
  Service: { loadBalancer: {} },
};

const completions: Readonly<Record<string, Complete>> = {
  Pod: (pod) => {
    const spec = members(pod, "spec");
    fill(spec, { enableServiceLinks: true });
    completePod(spec);
    for (const container of containersOf(spec)) requestLimits(members(container, "resources"));
  },
  Job: (job) => {
    const spec = members(job, "spec");
    if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
    fill(spec, {
      parallelism: 1,
      completionMode: "NonIndexed",
      suspend: false,
      manualSelector: false,
      podReplacementPolicy: spec.podFailurePolicy === undefined ? "TerminatingOrFailed" : "Failed",
    });
    const template = members(spec, "template");
    completePod(members(template, "spec"));
    const labels = members(members(template, "metadata"), "labels");
    const own = members(job, "metadata");
    if (isNotEmpty(labels) && !isNotEmpty(members(own, "labels"))) own.labels = { ...labels };
  },
  Service: (service) => {
    const spec = members(service, "spec");
    fill(spec, { type: "ClusterIP", sessionAffinity: "None" });
    if (spec.type !== "ExternalName") fill(spec, { internalTrafficPolicy: "Cluster" });
    for (const port of list(spec, "ports")) fill(port, { protocol: "TCP", targetPort: port.port });
  },
  PersistentVolumeClaim: (claim) => fill(members(claim, "spec"), { volumeMode: "Filesystem" }),
  Secret: (secret) => {
    fill(secret, { type: "Opaque" });
    const { stringData } = secret;
    if (typeof stringData !== "object" || stringData === null) return;
    const encoded = Object.entries(stringData).map(([key, text]) => [
      key,
      Buffer.from(String(text)).toString("base64"),
    ]);
    secret.data = { ...(secret.data as Json | undefined), ...Object.fromEntries(encoded) };
    delete secret.stringData;
  },
  Namespace: ({ metadata }) => {
    const { name, labels } = metadata as KubeObject["metadata"];
    if (name) (metadata as Json).labels = { ...labels, "kubernetes.io/metadata.name": name };
  },
};

function completePod(spec: Json): void {
  fill(spec, {
    restartPolicy: "Always",
    dnsPolicy: "ClusterFirst",
    schedulerName: "default-scheduler",
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  });
  for (const container of containersOf(spec)) completeContainer(container);
  for (const volume of list(spec, "volumes")) completeVolume(volume);
}

function containersOf(spec: Json): Json[] {
  return [...list(spec, "initContainers"), ...list(spec, "containers")];
}

function completeContainer(container: Json): void {
  const isLatest =
    !/[:@]/.test(String(container.image).replace(/^.*\//, "")) || /:latest$/.test(String(container.image));
  fill(container, {
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    imagePullPolicy: isLatest ? "Always" : "IfNotPresent",
  });
  for (const port of list(container, "ports")) fill(port, { protocol: "TCP" });
  for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"])
    if (isObject(container[probe])) completeProbe(container[probe]);
  for (const variable of list(container, "env")) {
    const source = isObject(variable.valueFrom) ? variable.valueFrom : {};
    if (isObject(source.fieldRef)) fill(source.fieldRef, { apiVersion: "v1" });
  }
}

function completeProbe(probe: Json): void {
  fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
  if (isObject(probe.httpGet)) fill(probe.httpGet, { path: "/", scheme: "HTTP" });
}

function completeVolume(volume: Json): void {
  for (const source of ["configMap", "secret", "projected", "downwardAPI"])
    if (isObject(volume[source])) fill(volume[source], { defaultMode: 0o644 });
  if (isObject(volume.hostPath)) fill(volume.hostPath, { type: "" });
  if (Object.keys(volume).length === 1) volume.emptyDir = {};
}

/** A container that names limits only asks for as much as it may have. */
function requestLimits(resources: Json): void {
  if (isObject(resources.limits))
    resources.requests = { ...resources.limits, ...(resources.requests as Json | undefined) };
}

/** How a pod is treated when memory or CPU run short, by what its containers ask for and may have. */
function qualityOfService(spec: Json): "Guaranteed" | "Burstable" | "BestEffort" {
  const parts = containersOf(spec).map((container) => members(container, "resources"));
  const named = parts.map(({ limits, requests }) => [limits, requests].map((part) => (isObject(part) ? part : {})));
  const resources = ["cpu", "memory"];
  if (named.every((some) => some.every((part) => resources.every((name) => part[name] === undefined))))
    return "BestEffort";
  const isFixed = named.every(([limits = {}, requests = {}]) =>
    resources.every((name) => limits[name] !== undefined && limits[name] === requests[name]),
  );
  return isFixed ? "Guaranteed" : "Burstable";
}

function isNotEmpty(object: Json): boolean {
  return Object.keys(object).length > 0;
}

function fill(target: Json, values: Json): void {
  for (const [key, value] of Object.entries(values)) target[key] ??= value;
}

/** The object at a member; one that is none is left to validation. */
function members(object: object, key: string): Json {
  const value = (object as Json)[key];
  return isObject(value) ? value : {};
}

function list(object: Json, key: string): Json[] {
  const value = object[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
