import type { KubeObject, ObjectKey, ResourceKind } from "@qalam/api";

/** All objects by kind and key, with an index from owner uid to dependents. Objects are frozen and shared. */
export class ObjectTables {
  readonly #tables = new Map<string, Map<string, KubeObject>>();
  readonly #sorted = new Map<string, readonly KubeObject[]>();
  readonly #dependents = new Map<string, Map<string, Located>>();
  readonly #uids = new Set<string>();

  get(kind: ResourceKind, key: ObjectKey): KubeObject | undefined {
    return this.#tables.get(tableName(kind))?.get(rowKey(key));
  }

  /** In order of namespace, then name. The list is shared: do not change it. */
  list(kind: ResourceKind): readonly KubeObject[] {
    const name = tableName(kind);
    const known = this.#sorted.get(name);
    if (known !== undefined) return known;
    const table = this.#tables.get(name) ?? new Map<string, KubeObject>();
    const list = [...table.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
    this.#sorted.set(name, list);
    return list;
  }

  set(kind: ResourceKind, key: ObjectKey, object: KubeObject): void {
    const name = tableName(kind);
    const table = this.#tables.get(name) ?? new Map<string, KubeObject>();
    this.#tables.set(name, table);
    const row = rowKey(key);
    const before = table.get(row);
    if (before !== undefined) this.#unindex(name, row, before);
    table.set(row, object);
    this.#sorted.delete(name);
    if (object.metadata.uid !== undefined) this.#uids.add(object.metadata.uid);
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const dependents = this.#dependents.get(uid) ?? new Map<string, Located>();
      this.#dependents.set(uid, dependents.set(`${name} ${row}`, { kind, key }));
    }
  }

  delete(kind: ResourceKind, key: ObjectKey): void {
    const name = tableName(kind);
    const table = this.#tables.get(name);
    const before = table?.get(rowKey(key));
    if (table === undefined || before === undefined) return;
    this.#unindex(name, rowKey(key), before);
    table.delete(rowKey(key));
    this.#sorted.delete(name);
  }

  /** Objects that name this uid among their owners. */
  dependentsOf(uid: string): Located[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])];
  }

  hasUid(uid: string): boolean {
    return this.#uids.has(uid);
  }

  #unindex(name: string, row: string, object: KubeObject): void {
    if (object.metadata.uid !== undefined) this.#uids.delete(object.metadata.uid);
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const dependents = this.#dependents.get(uid);
      dependents?.delete(`${name} ${row}`);
      if (dependents?.size === 0) this.#dependents.delete(uid);
    }
  }
}

/** An object's place. */
export interface Located {
  readonly kind: ResourceKind;
  readonly key: ObjectKey;
}

/** `plural.group`, unique per kind. */
export function tableName({ group, plural }: ResourceKind): string {
  return group === "" ? plural : `${plural}.${group}`;
}

function rowKey({ namespace, name }: ObjectKey): string {
  return `${namespace}/${name}`;
}
