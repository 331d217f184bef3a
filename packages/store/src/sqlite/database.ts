import { createRequire } from "node:module";
import { NewerDatabaseError, StorageError } from "../errors.ts";

/** The part of Node's `node:sqlite` that is used; the package `@photostructure/sqlite` has the same. */
export interface Statement {
  run(...parameters: SqlValue[]): { changes: number | bigint };
  get(...parameters: SqlValue[]): Record<string, SqlValue> | undefined;
  all(...parameters: SqlValue[]): Record<string, SqlValue>[];
  iterate(...parameters: SqlValue[]): IterableIterator<Record<string, SqlValue>>;
}
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}
export type SqlValue = string | number | bigint | null | Uint8Array;

interface DatabaseConstructor {
  new (path: string, options?: { readOnly?: boolean }): Database;
}

/** Node's own SQLite where it is stable (24.15), else the package. */
export function sqliteConstructor(): DatabaseConstructor {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const builtin =
    major > 24 || (major === 24 && minor >= 15)
      ? (process.getBuiltinModule as ((name: string) => { DatabaseSync: DatabaseConstructor }) | undefined)?.(
          "node:sqlite",
        )
      : undefined;
  return (
    builtin ?? (createRequire(import.meta.url)("@photostructure/sqlite") as { DatabaseSync: DatabaseConstructor })
  ).DatabaseSync;
}

/** Steps from one schema version to the next; the position is the version. Never change one that was released: add one. */
const migrations: readonly string[] = [
  `create table kinds (id integer primary key, name text not null unique, horizon integer not null) strict;
   create table revisions (version integer primary key, kind integer not null references kinds, type integer not null, object text not null) strict;
   create table counters (name text primary key, value integer not null) without rowid, strict;
   create table trials (id integer primary key, uid text not null unique) strict;
   create table metrics (id integer primary key, name text not null unique) strict;
   create table sources (id integer primary key, name text not null unique) strict;
   create table observations (trial integer not null, source integer not null, sequence integer not null, metric integer not null, time text not null,
     value text not null, step real, arrival integer not null, primary key (trial, source, sequence, metric)) without rowid, strict;
   create index observations_by_time on observations (trial, metric, time, arrival);
   create table summaries (trial integer not null, metric integer not null, min text not null, max text not null, latest text not null, latest_time text not null,
     primary key (trial, metric)) without rowid, strict;`,
];

/** Opens a database file and brings its schema up to date. @throws StorageError, NewerDatabaseError */
export function openDatabase(path: string, options: { synchronous?: "NORMAL" | "FULL" } = {}): Database {
  try {
    const database = new (sqliteConstructor())(path);
    database.exec(
      `pragma journal_mode = wal; pragma synchronous = ${options.synchronous ?? "NORMAL"}; pragma foreign_keys = on; pragma journal_size_limit = 67108864;`,
    );
    migrate(database, path);
    return database;
  } catch (error) {
    throw error instanceof NewerDatabaseError ? error : StorageError.from(error);
  }
}

function migrate(database: Database, path: string): void {
  const found = Number(database.prepare("pragma user_version").get()?.user_version ?? 0);
  if (found > migrations.length) throw new NewerDatabaseError(path, found, migrations.length);
  for (let version = found; version < migrations.length; version++) {
    database.exec(`begin immediate; ${migrations[version]}; pragma user_version = ${version + 1}; commit;`);
  }
}
