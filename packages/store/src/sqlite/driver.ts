import { createRequire } from "node:module";

/** The part of Node's `node:sqlite` that is used; the package `@photostructure/sqlite` has the same. */
export interface Statement {
  run(...parameters: SqlValue[]): { changes: number | bigint };
  get(...parameters: SqlValue[]): Record<string, SqlValue> | undefined;
  all(...parameters: SqlValue[]): Record<string, SqlValue>[];
  iterate(...parameters: SqlValue[]): IterableIterator<Record<string, SqlValue>>;
}
export type SqlValue = string | number | bigint | null | Uint8Array;

interface Driver {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/** An open database file. Statements are prepared once per text. */
export class Database {
  readonly #driver: Driver;
  readonly #statements = new Map<string, Statement>();

  constructor(path: string) {
    this.#driver = new (driverClass())(path);
  }

  exec(sql: string): void {
    this.#driver.exec(sql);
  }

  prepare(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#driver.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /**
   * Leaves one complete file behind. The package closes a connection only when the last statement was garbage-collected, so the write-ahead log is
   * brought in and removed here; where that cannot be, on a full disk, say, the next start reads it.
   */
  close(): void {
    try {
      this.#driver.exec("pragma wal_checkpoint(truncate); pragma journal_mode = delete");
    } catch {
      // The log stays, and is valid.
    }
    this.#statements.clear();
    this.#driver.close();
  }
}

/** Node's own SQLite where it is stable, from 24.15; else the package, which has the same interface. */
function driverClass(): new (path: string) => Driver {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const hasOwn = major > 24 || (major === 24 && minor >= 15);
  const sqlite = hasOwn
    ? process.getBuiltinModule("node:sqlite")
    : createRequire(import.meta.url)("@photostructure/sqlite");
  return (sqlite as { DatabaseSync: new (path: string) => Driver }).DatabaseSync;
}
