import type { KubeObject } from "@qalam/api";
import { ChangeLog } from "./change-log.ts";

/** A live object. The record stays the same while the object changes. */
export interface Entry {
  readonly table: ResourceTable;
  readonly key: string;
  object: KubeObject;
}

const FEW_CHANGES = 16;
const MOST_CHANGES = 1_000;

/** The live objects of one kind, by key and in order of key, and the newest changes to them. */
export class ResourceTable {
  readonly #byKey = new Map<string, Entry>();
  /** In order of key, but for what came and went since somebody asked for it. */
  #ordered: Entry[] = [];
  #added: Entry[] = [];
  #removed: Entry[] = [];
  readonly log = new ChangeLog();
  /** The object created last: siblings share most of their structure. */
  newest: KubeObject | undefined;

  /** @param id as `kindId` writes it */
  constructor(readonly id: string) {}

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): Entry | undefined {
    return this.#byKey.get(key);
  }

  /** Entries in order of namespace, then name. Not to be changed. */
  get ordered(): readonly Entry[] {
    this.#settle();
    return this.#ordered;
  }

  add(key: string, object: KubeObject): Entry {
    const entry = { table: this, key, object };
    this.#byKey.set(key, entry);
    this.#added.push(entry);
    this.#bound();
    this.newest = object;
    return entry;
  }

  remove(key: string): void {
    const entry = this.#byKey.get(key);
    if (entry === undefined) return;
    this.#byKey.delete(key);
    this.#removed.push(entry);
    this.#bound();
  }

  /** Where the first entry with this key or a later one is. */
  indexOf(key: string): number {
    this.#settle();
    return this.#placeOf(key);
  }

  /** What went is not kept for long where nobody asks. */
  #bound(): void {
    if (this.#added.length + this.#removed.length > MOST_CHANGES) this.#settle();
  }

  /** Few changes are made one by one; many cost one pass through all, however large the table. */
  #settle(): void {
    const [added, removed] = [this.#added, this.#removed];
    if (added.length + removed.length === 0) return;
    this.#added = [];
    this.#removed = [];
    if (added.length + removed.length <= FEW_CHANGES) {
      for (const entry of added) this.#ordered.splice(this.#placeOf(entry.key), 0, entry);
      for (const entry of removed) this.#ordered.splice(this.#ordered.indexOf(entry, this.#placeOf(entry.key)), 1);
      return;
    }
    const gone = new Set(removed);
    const next = added.filter((entry) => !gone.has(entry)).sort(byKey);
    const merged: Entry[] = [];
    let index = 0;
    for (const entry of this.#ordered) {
      while (index < next.length && next[index]!.key < entry.key) merged.push(next[index++]!);
      if (!gone.has(entry)) merged.push(entry);
    }
    while (index < next.length) merged.push(next[index++]!);
    this.#ordered = merged;
  }

  #placeOf(key: string): number {
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

function byKey(a: Entry, b: Entry): number {
  return a.key < b.key ? -1 : 1;
}
