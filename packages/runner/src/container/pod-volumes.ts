import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CONFIG_MAP, type ObjectKey, SECRET, type StoredPod } from "@qalam/api";
import type { ResourceStore } from "@qalam/store";
import type { DownwardAPIVolumeFile, KeyToPath, Volume, VolumeProjection } from "kubernetes-types/core/v1.js";
import { ContainerConfigError } from "./container-errors.ts";
import { podField } from "./pod-field.ts";

/** Where the folders of volumes are. */
export interface VolumeFolders {
  /** The pod's own folder: emptyDir, configMap, secret, downwardAPI and projected volumes. */
  readonly pod: string;
  /** Folders of claims, which outlive pods. */
  readonly claims: string;
}

/** Names of volumes and claims become folders. */
const safeName = /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/;
const kinds = [
  "emptyDir",
  "hostPath",
  "configMap",
  "secret",
  "persistentVolumeClaim",
  "downwardAPI",
  "projected",
  "ephemeral",
];

/** @returns host folder by volume name. @throws ContainerConfigError */
export function volumeFolders(pod: StoredPod, folders: VolumeFolders): Map<string, string> {
  return new Map((pod.spec?.volumes ?? []).map((volume) => [volume.name, folderOf(volume, pod, folders)]));
}

function folderOf(volume: Volume, { metadata }: StoredPod, { pod, claims }: VolumeFolders): string {
  const { name, hostPath, persistentVolumeClaim } = volume;
  const given = Object.keys(volume).filter((key) => key !== "name");
  if (given.length > 0 && !given.some((kind) => kinds.includes(kind)))
    throw new ContainerConfigError(
      `volume ${name}: ${given.join(", ")} is not possible on a laptop; use one of ${kinds.join(", ")}, or map a folder with -v HOST:CONTAINER`,
    );
  if (hostPath !== undefined) return hostPath.path;
  const folder = persistentVolumeClaim?.claimName ?? name;
  if (!safeName.test(folder)) throw new ContainerConfigError(`volume ${name}: "${folder}" is not a valid name`);
  return persistentVolumeClaim === undefined
    ? join(pod, "volumes", folder)
    : join(claims, metadata.namespace ?? "default", folder);
}

/** Makes the folders of a pod's volumes and fills them. @param hosts from `volumeFolders` @throws ContainerConfigError */
export async function fillVolumes(
  pod: StoredPod,
  hosts: ReadonlyMap<string, string>,
  store: ResourceStore,
): Promise<void> {
  for (const volume of pod.spec?.volumes ?? []) {
    const folder = hosts.get(volume.name) ?? "";
    if (volume.hostPath === undefined || volume.hostPath.type === "DirectoryOrCreate")
      await mkdir(folder, { recursive: true });
    for (const source of volume.projected?.sources ?? [volume])
      await fill({ folder, volume: volume.name }, source, pod, store);
  }
}

/** A volume that is filled. */
interface Target {
  readonly folder: string;
  /** Its name, for messages. */
  readonly volume: string;
}

/** Adds the files of one source. */
async function fill(
  target: Target,
  source: Volume | VolumeProjection,
  pod: StoredPod,
  store: ResourceStore,
): Promise<void> {
  const keyOf = (name: string | undefined): ObjectKey => ({
    namespace: pod.metadata.namespace ?? "",
    name: name ?? "",
  });
  if (source.configMap !== undefined) {
    const { name, optional = false, items } = source.configMap;
    const found = await store.get(CONFIG_MAP, keyOf(name), { shared: true });
    if (found === undefined && !optional) throw missing(target, "ConfigMap", keyOf(name));
    await writeItems(target, { ...found?.data, ...decode(found?.binaryData) }, { items, optional, mode: 0o644 });
  }
  if (source.secret !== undefined) {
    const { optional = false, items } = source.secret;
    const { secretName, name = secretName } = source.secret as { secretName?: string; name?: string };
    const found = await store.get(SECRET, keyOf(name), { shared: true });
    if (found === undefined && !optional) throw missing(target, "Secret", keyOf(name));
    await writeItems(target, { ...decode(found?.data), ...found?.stringData }, { items, optional, mode: 0o600 });
  }
  if (source.downwardAPI !== undefined) await writeFields(target, source.downwardAPI.items ?? [], pod);
}

function missing({ volume }: Target, kind: string, { namespace, name }: ObjectKey): ContainerConfigError {
  return new ContainerConfigError(`volume ${volume}: ${kind} ${namespace}/${name} is not there; apply it first`);
}

interface ItemOptions {
  /** Keys and the files they become; all by their own names when absent. */
  readonly items: readonly KeyToPath[] | undefined;
  readonly optional: boolean;
  readonly mode: number;
}

async function writeItems(
  target: Target,
  data: Readonly<Record<string, string | Buffer>>,
  { items, optional, mode }: ItemOptions,
): Promise<void> {
  const chosen = items ?? Object.keys(data).map((key) => ({ key, path: key }));
  for (const { key, path } of chosen) {
    const content = data[key];
    if (content !== undefined) await writeInside(target, path, content, mode);
    else if (!optional)
      throw new ContainerConfigError(
        `volume ${target.volume}: there is no key "${key}"; keys are ${Object.keys(data).join(", ") || "none"}`,
      );
  }
}

async function writeFields(target: Target, items: readonly DownwardAPIVolumeFile[], pod: StoredPod): Promise<void> {
  for (const { path, fieldRef } of items) {
    const where = `volume ${target.volume}: ${path}`;
    if (fieldRef === undefined) throw new ContainerConfigError(`${where}: only fieldRef is possible on a laptop`);
    await writeInside(target, path, podField(fieldRef.fieldPath, pod, where), 0o644);
  }
}

async function writeInside(
  { folder, volume }: Target,
  path: string,
  content: string | Buffer,
  mode: number,
): Promise<void> {
  if (path.startsWith("/") || path.split("/").includes(".."))
    throw new ContainerConfigError(`volume ${volume}: item path "${path}" must be relative and must not contain ..`);
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content, { mode });
}

function decode(data: Readonly<Record<string, string>> | undefined): Record<string, Buffer> {
  return Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64")]));
}
