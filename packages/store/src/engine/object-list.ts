import type { KubeObject } from "@qalam/api";
import { ExpiredError } from "../errors.ts";
import { namespacePrefix } from "./object-place.ts";
import type { ResourceTable } from "./resource-table.ts";

export interface Row {
  readonly key: string;
  readonly object: KubeObject;
}

export interface Range {
  /** All when absent. */
  readonly namespace: string | undefined;
  /** Only keys after this one. */
  readonly after: string | undefined;
}

/** A table as it was at a version. Reading a page costs what the page holds and what changed since, not what the table holds. */
export class Snapshot {
  readonly #table: ResourceTable;
  /** For every key that changed since, the object as it was; undefined when there was none. */
  readonly #then: ReadonlyMap<string, KubeObject | undefined>;

  /** @throws ExpiredError when the version is too long ago */
  constructor(table: ResourceTable, version: number) {
    this.#table = table;
    this.#then = changedSince(table, version);
  }

  /** Objects in order of key. */
  *rows(range: Range): Generator<Row> {
    const { ordered } = this.#table;
    const past = this.#changedRows(range);
    const [start, end] = this.#bounds(range);
    let next = 0;
    for (let index = start; index < end; index++) {
      const row = ordered[index]!;
      while (next < past.length && past[next]!.key < row.key) yield past[next++]!;
      if (!this.#then.has(row.key)) yield row;
    }
    yield* past.slice(next);
  }

  /** How many objects `rows` would give. */
  count(range: Range): number {
    const [start, end] = this.#bounds(range);
    let count = end - start;
    for (const [key, object] of this.#then) {
      if (!isIn(range, key)) continue;
      if (object !== undefined) count += 1;
      if (this.#table.get(key) !== undefined) count -= 1;
    }
    return count;
  }

  #changedRows(range: Range): Row[] {
    const rows: Row[] = [];
    for (const [key, object] of this.#then) if (object !== undefined && isIn(range, key)) rows.push({ key, object });
    return rows.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Indexes of the first live object of a range and of the one after its last. */
  #bounds(range: Range): [number, number] {
    const prefix = prefixOf(range);
    const from = this.#table.indexOf(range.after ?? prefix);
    const isSeen = range.after !== undefined && this.#table.ordered[from]?.key === range.after;
    return [isSeen ? from + 1 : from, prefix === "" ? this.#table.size : this.#table.indexOf(`${prefix}${LAST}`)];
  }
}

/** Sorts after everything that a name may hold. */
const LAST = "\uffff";

function prefixOf({ namespace }: Range): string {
  return namespace === undefined ? "" : namespacePrefix(namespace);
}

function isIn(range: Range, key: string): boolean {
  return key.startsWith(prefixOf(range)) && (range.after === undefined || key > range.after);
}

/** For every key that changed after `version`, the object as it was; undefined when there was none. */
function changedSince({ log }: ResourceTable, version: number): Map<string, KubeObject | undefined> {
  if (version < log.horizon) {
    throw new ExpiredError(
      `the state at version ${version} is too long ago to be listed (oldest known: ${log.horizon}): start the list again`,
    );
  }
  const then = new Map<string, KubeObject | undefined>();
  for (let position = log.positionAfter(version); position < log.end; position++) {
    const { key, previous } = log.at(position);
    if (!then.has(key)) then.set(key, previous);
  }
  return then;
}
