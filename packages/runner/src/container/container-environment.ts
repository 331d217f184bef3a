import { availableParallelism, totalmem } from "node:os";
import { CONFIG_MAP, parseQuantity, SECRET, type StoredPod } from "@qalam/api";
import type { ResourceStore } from "@qalam/store";
import type { Container, EnvFromSource, EnvVar, ResourceFieldSelector } from "kubernetes-types/core/v1.js";
import { ContainerConfigError } from "./container-errors.ts";
import { expandVariables } from "./expand-variables.ts";
import { podField } from "./pod-field.ts";

/** The variables a container declares, in order, with references resolved (ConfigMaps, Secrets, fields of the pod, `$(NAME)`). @throws ContainerConfigError */
export async function containerEnvironment(
  container: Container,
  pod: StoredPod,
  store: ResourceStore,
): Promise<Record<string, string>> {
  const environment: Record<string, string> = {};
  for (const source of container.envFrom ?? []) Object.assign(environment, await fromSource(source, pod, store));
  for (const variable of container.env ?? []) {
    if (variable.valueFrom === undefined)
      environment[variable.name] = expandVariables(variable.value ?? "", environment);
    else {
      const value = await referredValue(variable, container, pod, store);
      if (value !== undefined) environment[variable.name] = value;
    }
  }
  return environment;
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

async function referredValue(
  { name, valueFrom = {} }: EnvVar,
  container: Container,
  pod: StoredPod,
  store: ResourceStore,
): Promise<string | undefined> {
  const { fieldRef, configMapKeyRef, secretKeyRef, resourceFieldRef } = valueFrom;
  if (fieldRef !== undefined) return podField(fieldRef.fieldPath, pod, `env ${name}`);
  if (resourceFieldRef !== undefined) return resourceValue(resourceFieldRef, container);
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
  const found = await store.get(CONFIG_MAP, { namespace: pod.metadata.namespace ?? "", name }, { shared: true });
  if (found === undefined && optional !== true)
    throw new ContainerConfigError(`ConfigMap ${pod.metadata.namespace}/${name} is not there; apply it first`);
  return found?.data;
}

async function secretData(
  { name = "", optional }: Reference,
  pod: StoredPod,
  store: ResourceStore,
): Promise<Record<string, string> | undefined> {
  const found = await store.get(SECRET, { namespace: pod.metadata.namespace ?? "", name }, { shared: true });
  if (found === undefined && optional !== true)
    throw new ContainerConfigError(`Secret ${pod.metadata.namespace}/${name} is not there; apply it first`);
  const decoded = Object.entries(found?.data ?? {}).map(([key, value]) => [
    key,
    Buffer.from(value, "base64").toString(),
  ]);
  return found && { ...Object.fromEntries(decoded), ...found.stringData };
}

/** In units of the divisor, rounded up; what is not limited is what the machine has. */
function resourceValue({ resource, divisor }: ResourceFieldSelector, { resources }: Container): string {
  const name = resource.slice(resource.indexOf(".") + 1);
  const limit = resources?.limits?.[name];
  const written = resource.startsWith("requests.") ? (resources?.requests?.[name] ?? limit) : limit;
  const ofMachine: Readonly<Record<string, number>> = { cpu: availableParallelism(), memory: totalmem() };
  const amount = written === undefined ? (ofMachine[name] ?? 0) : (parseQuantity(written) ?? 0);
  return String(Math.ceil(amount / (parseQuantity(divisor ?? "1") || 1)));
}
