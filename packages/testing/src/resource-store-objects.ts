import { CONFIG_MAP, JOB, type KubeObject, type ObjectMeta, type OwnerReference, type ResourceKind } from "@qalam/api";
import type { ResourceStore, ResourceWatch, WatchEvent } from "@qalam/store";

/** Objects as the resource store suites use them: one kind without and one with a status subresource. */
export type Box = KubeObject & { data?: Record<string, string> };
export type Work = KubeObject & { spec?: Record<string, unknown>; status?: Record<string, unknown> };
export const BOX: ResourceKind<Box> = CONFIG_MAP as unknown as ResourceKind<Box>;
export const WORK: ResourceKind<Work> = JOB as unknown as ResourceKind<Work>;

/** A small object without status. */
export function box(name: string, metadata: Partial<ObjectMeta> = {}, data?: Record<string, string>): Box {
  const object: Box = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default", ...metadata } };
  return data === undefined ? object : { ...object, data };
}

/** A small object with spec and status. */
export function work(name: string, parts: Partial<Work> = {}): Work {
  const { metadata, ...rest } = parts;
  return { apiVersion: "batch/v1", kind: "Job", metadata: { name, namespace: "default", ...metadata }, ...rest };
}

export function ownedBy(owner: KubeObject, more: Partial<OwnerReference> = {}): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid!, ...more };
}

/** The next `count` events. */
export async function take<T>(watch: ResourceWatch<T>, count: number): Promise<WatchEvent<T>[]> {
  const events: WatchEvent<T>[] = [];
  const iterator = watch[Symbol.asyncIterator]();
  while (events.length < count) {
    const next = await iterator.next();
    if (next.done === true) break;
    events.push(next.value);
  }
  return events;
}

/** Events as short text: `ADDED a`, `BOOKMARK`. */
export function brief(events: readonly WatchEvent<KubeObject>[]): string[] {
  return events.map((event) =>
    event.type === "BOOKMARK" ? event.type : `${event.type} ${event.object.metadata.name}`,
  );
}

/** Resolves when the object has gone. */
export async function gone(store: ResourceStore, kind: ResourceKind, object: KubeObject): Promise<void> {
  const { namespace = "", name } = object.metadata;
  const watch = store.watch(kind, { namespace, fieldSelector: `metadata.name=${name}`, allowBookmarks: true });
  let present = false;
  for await (const event of watch) {
    if (event.type === "BOOKMARK" && !present) return;
    if (event.type === "ADDED") present = true;
    if (event.type === "DELETED") return;
  }
}
