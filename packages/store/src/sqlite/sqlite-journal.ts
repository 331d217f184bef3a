import type { Change } from "../engine/change.ts";
import type { Forgotten, Journal, JournalRow } from "../engine/journal.ts";
import type { Database, Statement } from "./driver.ts";
import { runTransaction } from "./run-transaction.ts";

const types = ["ADDED", "MODIFIED", "DELETED"] as const;

/**
 * The changes of all objects as rows in order of version: only appended to, so that one row is at once the object's state, the history that
 * watches and pages read, and the cheapest write there is. Rows that nobody needs are deleted by version.
 */
export class SqliteJournal implements Journal {
  readonly #database: Database;
  readonly #insert: Statement;
  readonly #forget: Statement;
  readonly #setHorizon: Statement;
  readonly #kindIds = new Map<string, number>();

  constructor(database: Database) {
    this.#database = database;
    this.#insert = database.prepare("insert into revisions (version, kind, type, object) values (?, ?, ?, ?)");
    this.#forget = database.prepare("delete from revisions where version = ?");
    this.#setHorizon = database.prepare("update kinds set horizon = ? where id = ?");
    for (const { id, name } of database.prepare("select id, name from kinds").iterate()) {
      this.#kindIds.set(String(name), Number(id));
    }
  }

  *rows(): Generator<JournalRow> {
    const names = new Map([...this.#kindIds].map(([name, id]) => [id, name]));
    const statement = this.#database.prepare("select version, kind, type, object from revisions order by version");
    for (const { version, kind, type, object } of statement.iterate()) {
      yield {
        version: Number(version),
        type: types[Number(type)]!,
        tableId: names.get(Number(kind))!,
        text: String(object),
      };
    }
  }

  horizons(): ReadonlyMap<string, number> {
    const rows = this.#database.prepare("select name, horizon from kinds").all();
    return new Map(rows.map(({ name, horizon }) => [String(name), Number(horizon)]));
  }

  commit(changes: readonly Change[], forgotten: Forgotten): number[] {
    const texts = changes.map(({ object }) => JSON.stringify(object));
    const newKinds = new Set(changes.map(({ table }) => table.id).filter((id) => !this.#kindIds.has(id)));
    try {
      runTransaction(this.#database, () => {
        for (const name of newKinds) this.#addKind(name);
        changes.forEach(({ version, table, type }, index) => {
          this.#insert.run(version, this.#kindIds.get(table.id)!, types.indexOf(type), texts[index]!);
        });
        for (const version of forgotten.versions) this.#forget.run(version);
        for (const [name, horizon] of forgotten.horizons) this.#setHorizon.run(horizon, this.#kindIds.get(name)!);
      });
    } catch (error) {
      for (const name of newKinds) this.#kindIds.delete(name);
      throw error;
    }
    return texts.map((text) => text.length);
  }

  schedule(commit: () => void): void {
    soon(commit);
  }

  /** The database belongs to the data directory. */
  close(): void {}

  #addKind(name: string): void {
    const id = this.#kindIds.size + 1;
    this.#database.prepare("insert into kinds (id, name, horizon) values (?, ?, 0)").run(id, name);
    this.#kindIds.set(name, id);
  }
}

/** Kept at load time, so that a test with fake timers does not stop the store. */
const soon = setImmediate;
