import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CONFIG_MAP, SECRET, type StoredPod, VOLUMES_ANNOTATION } from "@qalam/api";
import type { ResourceStore } from "@qalam/store";
import type { Container, Volume } from "kubernetes-types/core/v1.js";
import { ContainerConfigError } from "./container-config-error.ts";
import type { PathMapping } from "./path-mapping.ts";

/** Where the folders of volumes are. */
export interface VolumeFolders {
  /** The pod's own folder: emptyDir, configMap and secret volumes. */
  readonly pod: string;
  /** Folders of claims, which outlive pods. */
  readonly claims: string;
}

/** Makes the folders of a pod's volumes and fills them. @returns host folder by volume name. @throws ContainerConfigError */
export async function preparePodVolumes(
  pod: StoredPod,
  folders: VolumeFolders,
  store: ResourceStore,
): Promise<Map<string, string>> {
  const hosts = new Map<string, string>();
  for (const volume of pod.spec?.volumes ?? [])
    hosts.set(volume.name, await prepareVolume(volume, pod, folders, store));
  return hosts;
}

async function prepareVolume(
  volume: Volume,
  pod: StoredPod,
  folders: VolumeFolders,
  store: ResourceStore,
): Promise<string> {
  const namespace = pod.metadata.namespace ?? "";
  if (volume.hostPath !== undefined) return volume.hostPath.path;
  const folder =
    volume.persistentVolumeClaim === undefined
      ? join(folders.pod, "volumes", volume.name)
      : join(folders.claims, namespace, volume.persistentVolumeClaim.claimName);
  await mkdir(folder, { recursive: true });
  if (volume.configMap !== undefined) {
    const found = await store.get(CONFIG_MAP, { namespace, name: volume.configMap.name ?? "" });
    if (found === undefined && volume.configMap.optional !== true)
      throw new ContainerConfigError(
        `volume ${volume.name}: ConfigMap ${namespace}/${volume.configMap.name} is not there; apply it first`,
      );
    await writeItems(folder, found?.data ?? {}, volume.configMap.items);
  }
  if (volume.secret !== undefined) {
    const found = await store.get(SECRET, { namespace, name: volume.secret.secretName ?? "" });
    if (found === undefined && volume.secret.optional !== true)
      throw new ContainerConfigError(
        `volume ${volume.name}: Secret ${namespace}/${volume.secret.secretName} is not there; apply it first`,
      );
    await writeItems(folder, { ...decode(found?.data), ...found?.stringData }, volume.secret.items, 0o600);
  }
  return folder;
}

async function writeItems(
  folder: string,
  data: Readonly<Record<string, string>>,
  items: readonly { key: string; path: string }[] | undefined,
  mode = 0o644,
): Promise<void> {
  const chosen = items ?? Object.keys(data).map((key) => ({ key, path: key }));
  for (const { key, path } of chosen) {
    if (path.split("/").includes(".."))
      throw new ContainerConfigError(`volume item path "${path}" must not contain ..`);
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, data[key] ?? "", { mode });
  }
}

function decode(data: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]),
  );
}

/** Container paths of a container and the host paths that stand for them: its mounts, and what `-v` maps. @param annotations of the pod or its trial */
export function containerMappings(
  container: Container,
  hosts: ReadonlyMap<string, string>,
  annotations: Readonly<Record<string, string>>,
): PathMapping[] {
  const mounts = (container.volumeMounts ?? []).map(({ name, mountPath, subPath }) => {
    const host = hosts.get(name);
    if (host === undefined)
      throw new ContainerConfigError(
        `container ${container.name} mounts volume "${name}", which the pod does not have; volumes are ${[...hosts.keys()].join(", ") || "none"}`,
      );
    return { container: trimSlash(mountPath), host: subPath === undefined ? host : join(host, subPath) };
  });
  return [...mounts, ...annotatedMappings(annotations)];
}

/** What `-v` wrote to the annotation. */
function annotatedMappings(annotations: Readonly<Record<string, string>>): PathMapping[] {
  const text = annotations[VOLUMES_ANNOTATION];
  if (text === undefined) return [];
  try {
    return (JSON.parse(text) as PathMapping[]).map(({ container, host }) => ({
      container: trimSlash(container),
      host,
    }));
  } catch {
    throw new ContainerConfigError(
      `annotation ${VOLUMES_ANNOTATION} is not a JSON list of {"host", "container"}: ${text}`,
    );
  }
}

function trimSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
