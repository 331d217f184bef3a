import type { KubeObject } from "@qalam/api";
import type { Change } from "./change.ts";
import type { ObjectGraph } from "./object-graph.ts";
import type { Entry, ResourceTable } from "./resource-table.ts";

/** Changes that become durable together. They are seen in the tables at once and can be taken back until then. */
export class WriteBatch {
  readonly changes: Change[] = [];
  readonly #graph: ObjectGraph;
  /** Version of the newest change. */
  version: number;

  constructor(graph: ObjectGraph, version: number) {
    this.#graph = graph;
    this.version = version;
  }

  create(table: ResourceTable, key: string, object: KubeObject): KubeObject {
    return this.#apply(table, key, "ADDED", object, undefined);
  }

  replace(entry: Entry, object: KubeObject): KubeObject {
    return this.#apply(entry.table, entry.key, "MODIFIED", object, entry.object);
  }

  /** @param last its last state, when that was never written */
  remove(entry: Entry, last: KubeObject = entry.object): KubeObject {
    return this.#apply(entry.table, entry.key, "DELETED", last, entry.object);
  }

  #apply(
    table: ResourceTable,
    key: string,
    type: Change["type"],
    draft: KubeObject,
    previous: KubeObject | undefined,
  ): KubeObject {
    const version = ++this.version;
    const object = withVersion(draft, version);
    const change: Change = { version, type, table, key, object, previous };
    applyChange(change, this.#graph);
    this.changes.push(change);
    return object;
  }

  /** Takes back all but the first `count` changes. */
  undo(count: number): void {
    while (this.changes.length > count) {
      const change = this.changes.pop()!;
      undoChange(change, this.#graph);
      this.version = change.version - 1;
    }
  }
}

/** Drafts are new at the top only; what lies below is frozen already, or of the few lists that deletion changes. */
function withVersion(draft: KubeObject, version: number): KubeObject {
  const metadata = { ...draft.metadata, resourceVersion: String(version) };
  for (const member of Object.values(metadata)) freezeNew(member);
  for (const member of Object.values(draft)) freezeNew(member);
  return Object.freeze({ ...draft, metadata: Object.freeze(metadata) });
}

function freezeNew(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  for (const member of Object.values(value)) freezeNew(member);
  Object.freeze(value);
}

/** Brings the tables up to a change. */
export function applyChange({ table, key, type, object, previous }: Change, graph: ObjectGraph): void {
  const entry = table.get(key);
  if (entry === undefined) {
    if (type !== "DELETED") graph.added(table.add(key, object));
  } else if (type === "DELETED") {
    graph.removed(entry);
    table.remove(key);
  } else {
    entry.object = object;
    graph.changed(entry, previous!);
  }
}

function undoChange({ table, key, type, object, previous }: Change, graph: ObjectGraph): void {
  if (type === "DELETED") {
    graph.added(table.add(key, previous!));
    return;
  }
  const entry = table.get(key)!;
  if (type === "ADDED") {
    graph.removed(entry);
    table.remove(key);
    if (table.newest === object) table.newest = undefined;
  } else {
    entry.object = previous!;
    graph.changed(entry, object);
  }
}
