import type { KubeObject } from "@qalam/api";
import { ChangeLog } from "./change-log.ts";

/** A live object. The record stays the same while the object changes. */
export interface Entry {
  readonly table: ResourceTable;
  readonly key: string;
  object: KubeObject;
}

/** The live objects of one kind, by key and in order of key, and the newest changes to them. */
export class ResourceTable {
  readonly #byKey = new Map<string, Entry>();
  readonly #ordered: Entry[] = [];
  readonly log = new ChangeLog();
  /** The object created last: siblings share most of their structure. */
  newest: KubeObject | undefined;

  /** @param id as `kindId` writes it */
  constructor(readonly id: string) {}

  get size(): number {
    return this.#ordered.length;
  }

  get(key: string): Entry | undefined {
    return this.#byKey.get(key);
  }

  /** Entries in order of namespace, then name. Not to be changed. */
  get ordered(): readonly Entry[] {
    return this.#ordered;
  }

  add(key: string, object: KubeObject): Entry {
    const entry = { table: this, key, object };
    this.#byKey.set(key, entry);
    this.#ordered.splice(this.indexOf(key), 0, entry);
    this.newest = object;
    return entry;
  }

  remove(key: string): void {
    this.#byKey.delete(key);
    this.#ordered.splice(this.indexOf(key), 1);
  }

  /** Where the first entry with this key or a later one is. */
  indexOf(key: string): number {
    let low = 0;
    let high = this.#ordered.length;
    if (high > 0 && this.#ordered[high - 1]!.key < key) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ordered[middle]!.key < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
