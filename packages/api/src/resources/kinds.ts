import type { Job } from "kubernetes-types/batch/v1.js";
import type {
  ConfigMap,
  Event,
  Namespace,
  PersistentVolumeClaim,
  Pod,
  Secret,
  Service,
} from "kubernetes-types/core/v1.js";
import type { Experiment } from "./experiment.ts";
import type { KubeObject, ObjectMeta, ResourceKind } from "./object.ts";
import type { Suggestion } from "./suggestion.ts";
import type { Trial } from "./trial.ts";

/** A built-in Kubernetes type with the fields our store always sets made mandatory. */
export type Stored<T extends { metadata?: unknown }> = Omit<T, "metadata" | "apiVersion" | "kind"> &
  KubeObject & { metadata: ObjectMeta };

export type StoredJob = Stored<Job>;
export type StoredPod = Stored<Pod>;
export type StoredConfigMap = Stored<ConfigMap>;
export type StoredSecret = Stored<Secret>;
export type StoredEvent = Stored<Event>;
export type StoredService = Stored<Service>;
export type StoredPersistentVolumeClaim = Stored<PersistentVolumeClaim>;
export type StoredNamespace = Stored<Namespace>;

const katib = {
  group: "kubeflow.org",
  version: "v1beta1",
  namespaced: true,
  shortNames: [],
  categories: ["all", "kubeflow", "katib"],
  statusSubresource: true,
} as const;
const core = { group: "", version: "v1", namespaced: true, categories: [] } as const;

export const EXPERIMENT: ResourceKind<Experiment> = {
  ...katib,
  kind: "Experiment",
  plural: "experiments",
  singular: "experiment",
};
export const SUGGESTION: ResourceKind<Suggestion> = {
  ...katib,
  kind: "Suggestion",
  plural: "suggestions",
  singular: "suggestion",
};
export const TRIAL: ResourceKind<Trial> = { ...katib, kind: "Trial", plural: "trials", singular: "trial" };
export const JOB: ResourceKind<StoredJob> = {
  group: "batch",
  version: "v1",
  kind: "Job",
  plural: "jobs",
  singular: "job",
  namespaced: true,
  shortNames: [],
  categories: ["all"],
  statusSubresource: true,
};
export const POD: ResourceKind<StoredPod> = {
  ...core,
  kind: "Pod",
  plural: "pods",
  singular: "pod",
  shortNames: ["po"],
  categories: ["all"],
  statusSubresource: true,
};
export const CONFIG_MAP: ResourceKind<StoredConfigMap> = {
  ...core,
  kind: "ConfigMap",
  plural: "configmaps",
  singular: "configmap",
  shortNames: ["cm"],
  statusSubresource: false,
  hasGeneration: false,
};
export const SECRET: ResourceKind<StoredSecret> = {
  ...core,
  kind: "Secret",
  plural: "secrets",
  singular: "secret",
  shortNames: [],
  statusSubresource: false,
  hasGeneration: false,
};
export const EVENT: ResourceKind<StoredEvent> = {
  ...core,
  kind: "Event",
  plural: "events",
  singular: "event",
  shortNames: ["ev"],
  statusSubresource: false,
  hasGeneration: false,
};
export const SERVICE: ResourceKind<StoredService> = {
  ...core,
  kind: "Service",
  plural: "services",
  singular: "service",
  shortNames: ["svc"],
  categories: ["all"],
  statusSubresource: true,
  hasGeneration: false,
};
export const PERSISTENT_VOLUME_CLAIM: ResourceKind<StoredPersistentVolumeClaim> = {
  ...core,
  kind: "PersistentVolumeClaim",
  plural: "persistentvolumeclaims",
  singular: "persistentvolumeclaim",
  shortNames: ["pvc"],
  statusSubresource: true,
  hasGeneration: false,
};
export const NAMESPACE: ResourceKind<StoredNamespace> = {
  ...core,
  namespaced: false,
  kind: "Namespace",
  plural: "namespaces",
  singular: "namespace",
  shortNames: ["ns"],
  statusSubresource: true,
  hasGeneration: false,
};

/** Every kind the store and the server know. Other kinds named in a trial template are refused by the embedded home. */
export const KINDS: readonly ResourceKind[] = [
  EXPERIMENT,
  SUGGESTION,
  TRIAL,
  JOB,
  POD,
  CONFIG_MAP,
  SECRET,
  EVENT,
  SERVICE,
  PERSISTENT_VOLUME_CLAIM,
  NAMESPACE,
];

/** Finds a kind by what an object says of itself. */
export function kindOf(object: Pick<KubeObject, "apiVersion" | "kind">): ResourceKind | undefined {
  return KINDS.find(
    (kind) =>
      kind.kind === object.kind &&
      object.apiVersion === (kind.group === "" ? kind.version : `${kind.group}/${kind.version}`),
  );
}
