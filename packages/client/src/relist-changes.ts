import { type KubeObject, keyOf } from "@qalam/api";

/** A change of one object. */
export interface ObjectChange<T> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: T;
}

/** Identifies an object among those of its kind. */
export function keyText(object: KubeObject): string {
  const { namespace, name } = keyOf(object);
  return `${namespace}/${name}`;
}

/**
 * What must have happened between objects seen before and a list: the events that a watch missed, deletions first. A deleted object is told as it
 * was last seen, with the list's version; one that was replaced by another of its name is told as a deletion and a creation.
 */
export function relistChanges<T extends KubeObject>(
  known: ReadonlyMap<string, T>,
  listed: readonly T[],
  resourceVersion: string,
): ObjectChange<T>[] {
  const changes: ObjectChange<T>[] = [];
  const now = new Map(listed.map((object) => [keyText(object), object]));
  for (const [key, last] of known)
    if (now.get(key)?.metadata.uid !== last.metadata.uid || !now.has(key))
      changes.push({ type: "DELETED", object: { ...last, metadata: { ...last.metadata, resourceVersion } } });
  for (const [key, object] of now) {
    const last = known.get(key);
    if (last === undefined || last.metadata.uid !== object.metadata.uid) changes.push({ type: "ADDED", object });
    else if (last.metadata.resourceVersion !== object.metadata.resourceVersion)
      changes.push({ type: "MODIFIED", object });
  }
  return changes;
}
