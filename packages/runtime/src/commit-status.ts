import { isDeepStrictEqual } from "node:util";
import { type KubeObject, keyOf, type ResourceKind } from "@qalam/api";
import { ConflictError, NotFoundError, type ResourceStore } from "@qalam/store";

/** An object with a status subresource. */
export interface WithStatus extends KubeObject {
  status?: unknown;
}

/**
 * Writes the status of an object that was read: only if it differs, and only over the status that was read. A change elsewhere in the object (spec, labels)
 * does not stand in the way; when the status itself changed meanwhile, or the object is gone, nothing is written and the watch will tell.
 * @returns the object as it is now stored; undefined when nothing was written because the read one is outdated
 */
export async function commitStatus<T extends WithStatus>(
  store: ResourceStore,
  kind: ResourceKind<T>,
  read: T,
  status: T["status"],
): Promise<T | undefined> {
  if (isDeepStrictEqual(read.status, status)) return read;
  for (let current = read; ; ) {
    try {
      return await store.updateStatus(kind, { ...current, status }, { shared: true });
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      if (!(error instanceof ConflictError)) throw error;
    }
    const newer = await store.get(kind, keyOf(read), { shared: true });
    if (newer === undefined || newer.metadata.uid !== read.metadata.uid) return undefined;
    if (!isDeepStrictEqual(newer.status, read.status)) return undefined;
    current = newer;
  }
}
