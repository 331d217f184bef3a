import type { KubeObject } from "@qalam/api";
import { ExpiredError } from "../errors.ts";
import { namespacePrefix } from "./object-place.ts";
import type { ResourceTable } from "./resource-table.ts";

interface Row {
  readonly key: string;
  readonly object: KubeObject;
}

export interface Range {
  /** All when absent. */
  readonly namespace: string | undefined;
  /** Only keys after this one. */
  readonly after: string | undefined;
}

/** Objects of a table in order of key, as they were at `version`. @throws ExpiredError when that is too long ago */
export function objectsAt(table: ResourceTable, version: number, range: Range): Row[] {
  const prefix = range.namespace === undefined ? "" : namespacePrefix(range.namespace);
  const rows: Row[] = [];
  const { ordered } = table;
  for (let index = table.indexOf(range.after ?? prefix); index < ordered.length; index++) {
    const row = ordered[index]!;
    if (!row.key.startsWith(prefix)) break;
    if (row.key !== range.after) rows.push(row);
  }
  const then = changedSince(table, version);
  return then.size === 0 ? rows : rewind(rows, then, prefix, range.after);
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

function rewind(rows: Row[], then: Map<string, KubeObject | undefined>, prefix: string, after = ""): Row[] {
  const past = rows.filter(({ key }) => !then.has(key));
  for (const [key, object] of then) {
    if (object !== undefined && key.startsWith(prefix) && key > after) past.push({ key, object });
  }
  return past.sort((a, b) => (a.key < b.key ? -1 : 1));
}
