import { CONFIG_MAP, SECRET, type StoredPod } from "@qalam/api";
import type { ResourceStore } from "@qalam/store";
import type { Container, EnvFromSource, EnvVar } from "kubernetes-types/core/v1.js";
import { ContainerConfigError } from "./container-config-error.ts";

/** The variables a container declares, in order, with references resolved (ConfigMaps, Secrets, fields of the pod, `$(NAME)`). @throws ContainerConfigError */
export async function containerEnvironment(
  container: Container,
  pod: StoredPod,
  store: ResourceStore,
): Promise<Record<string, string>> {
  const environment: Record<string, string> = {};
  for (const source of container.envFrom ?? []) Object.assign(environment, await fromSource(source, pod, store));
  for (const variable of container.env ?? []) {
    const value = await variableValue(variable, container, pod, store);
    if (value !== undefined) environment[variable.name] = expandVariables(value, environment);
  }
  return environment;
}

/** Expands `$(NAME)` as Kubernetes does: unknown names stay, `$$` is one dollar sign. */
export function expandVariables(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replace(/\$(\$|\(([^()\s]+)\))/g, (whole, inner: string, name: string | undefined) => {
    if (inner === "$") return "$";
    return name !== undefined && Object.hasOwn(environment, name) ? (environment[name] ?? whole) : whole;
  });
}

async function fromSource(
  { prefix = "", configMapRef, secretRef }: EnvFromSource,
  pod: StoredPod,
  store: ResourceStore,
): Promise<Record<string, string>> {
  const data =
    configMapRef !== undefined
      ? await configMapData(configMapRef, pod, store)
      : secretRef !== undefined
        ? await secretData(secretRef, pod, store)
        : {};
  return Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [`${prefix}${key}`, value]));
}

async function variableValue(
  { name, value, valueFrom }: EnvVar,
  container: Container,
  pod: StoredPod,
  store: ResourceStore,
): Promise<string | undefined> {
  if (valueFrom === undefined) return value ?? "";
  const { fieldRef, configMapKeyRef, secretKeyRef, resourceFieldRef } = valueFrom;
  if (fieldRef !== undefined) return fieldValue(fieldRef.fieldPath, pod, name);
  if (resourceFieldRef !== undefined) return resourceValue(resourceFieldRef.resource, container);
  const ref = configMapKeyRef ?? secretKeyRef;
  if (ref === undefined) throw new ContainerConfigError(`env ${name}: valueFrom names no source`);
  const data = configMapKeyRef !== undefined ? await configMapData(ref, pod, store) : await secretData(ref, pod, store);
  const found = data?.[ref.key];
  if (found === undefined && ref.optional !== true)
    throw new ContainerConfigError(
      `env ${name}: ${configMapKeyRef !== undefined ? "ConfigMap" : "Secret"} ${ref.name} has no key "${ref.key}"`,
    );
  return found;
}

type Reference = { name?: string; optional?: boolean };

async function configMapData(
  { name = "", optional }: Reference,
  pod: StoredPod,
  store: ResourceStore,
): Promise<Record<string, string> | undefined> {
  const found = await store.get(CONFIG_MAP, { namespace: pod.metadata.namespace ?? "", name });
  if (found === undefined && optional !== true)
    throw new ContainerConfigError(`ConfigMap ${pod.metadata.namespace}/${name} is not there; apply it first`);
  return found?.data;
}

async function secretData(
  { name = "", optional }: Reference,
  pod: StoredPod,
  store: ResourceStore,
): Promise<Record<string, string> | undefined> {
  const found = await store.get(SECRET, { namespace: pod.metadata.namespace ?? "", name });
  if (found === undefined && optional !== true)
    throw new ContainerConfigError(`Secret ${pod.metadata.namespace}/${name} is not there; apply it first`);
  const decoded = Object.entries(found?.data ?? {}).map(([key, value]) => [
    key,
    Buffer.from(value, "base64").toString(),
  ]);
  return found && { ...Object.fromEntries(decoded), ...found.stringData };
}

function fieldValue(path: string, { metadata, spec }: StoredPod, name: string): string {
  const entry = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path);
  if (entry !== null) return metadata[entry[1] as "labels" | "annotations"]?.[entry[2] ?? ""] ?? "";
  const fields: Record<string, string | undefined> = {
    "metadata.name": metadata.name,
    "metadata.namespace": metadata.namespace,
    "metadata.uid": metadata.uid,
    "spec.nodeName": spec?.nodeName ?? "localhost",
    "spec.serviceAccountName": spec?.serviceAccountName ?? "default",
    "status.podIP": "127.0.0.1",
    "status.hostIP": "127.0.0.1",
  };
  const value = fields[path];
  if (value === undefined)
    throw new ContainerConfigError(
      `env ${name}: fieldRef ${path} is not known; known are ${Object.keys(fields).join(", ")}, metadata.labels['…'] and metadata.annotations['…']`,
    );
  return value;
}

function resourceValue(resource: string, { resources }: Container): string {
  const [kind = "", name = ""] = resource.split(".", 2);
  const amounts = kind === "requests" ? resources?.requests : resources?.limits;
  return String(amounts?.[name] ?? 0);
}
