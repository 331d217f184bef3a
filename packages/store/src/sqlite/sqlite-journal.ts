import { KINDS, type KubeObject, type ObjectKey, type ResourceKind } from "@qalam/api";
import type { Journal } from "../commit-queue.ts";
import type { ObjectJournal } from "../local/local-store.ts";
import { tableName } from "../local/object-tables.ts";
import type { Database, Statement } from "./database.ts";
import { runTransaction } from "./run-transaction.ts";

interface Row {
  readonly kind: string;
  readonly key: ObjectKey;
  readonly object: KubeObject | undefined;
}

/** Keeps objects as JSON rows. Several writes of one object within a batch become one row write. */
export class SqliteJournal implements ObjectJournal, Journal {
  readonly #database: Database;
  readonly #upsert: Statement;
  readonly #delete: Statement;
  readonly #count: Statement;
  #rows = new Map<string, Row>();
  #version = 0;

  constructor(database: Database) {
    this.#database = database;
    this.#upsert = database.prepare(
      "insert into objects (kind, namespace, name, version, json) values (?, ?, ?, ?, ?) on conflict do update set version = excluded.version, json = excluded.json",
    );
    this.#delete = database.prepare("delete from objects where kind = ? and namespace = ? and name = ?");
    this.#count = database.prepare(
      "insert into counters (name, value) values ('version', ?) on conflict do update set value = excluded.value",
    );
  }

  load(): { objects: Iterable<{ kind: ResourceKind; object: KubeObject }>; version: number } {
    this.#version = Number(
      this.#database.prepare("select value from counters where name = 'version'").get()?.value ?? 0,
    );
    const kinds = new Map(KINDS.map((kind) => [tableName(kind), kind]));
    return { objects: readObjects(this.#database, kinds), version: this.#version };
  }

  record(kind: ResourceKind, key: ObjectKey, object: KubeObject | undefined, version: number): void {
    const table = tableName(kind);
    this.#rows.set(`${table} ${key.namespace}/${key.name}`, { kind: table, key, object });
    this.#version = version;
  }

  commit(): void {
    const rows = this.#rows;
    this.#rows = new Map();
    runTransaction(this.#database, () => {
      for (const { kind, key, object } of rows.values()) {
        if (object === undefined) this.#delete.run(kind, key.namespace, key.name);
        else
          this.#upsert.run(
            kind,
            key.namespace,
            key.name,
            Number(object.metadata.resourceVersion),
            JSON.stringify(object),
          );
      }
      this.#count.run(this.#version);
    });
  }

  close(): void {}
}

function* readObjects(
  database: Database,
  kinds: ReadonlyMap<string, ResourceKind>,
): Generator<{ kind: ResourceKind; object: KubeObject }> {
  for (const row of database.prepare("select kind, json from objects").iterate()) {
    const kind = kinds.get(String(row.kind));
    if (kind !== undefined) yield { kind, object: JSON.parse(String(row.json)) as KubeObject };
  }
}
