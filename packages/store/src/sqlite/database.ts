import { NewerDatabaseError } from "../errors.ts";
import { Database } from "./driver.ts";
import { runTransaction } from "./run-transaction.ts";

/** Steps from one schema version to the next; the position is the version. Never change one that was released: add one. */
const migrations: readonly string[] = [
  `create table kinds (id integer primary key, name text not null unique, horizon integer not null) strict;
   create table revisions (version integer primary key, kind integer not null references kinds, type integer not null, object text not null) strict;
   create table trials (id integer primary key, uid text not null unique, rows integer not null) strict;
   create table metrics (id integer primary key, name text not null unique) strict;
   create table sources (id integer primary key, trial integer not null, name text not null, unique (trial, name)) strict;
   create table observations (trial integer not null, source integer not null, sequence integer not null, metric integer not null,
     second integer not null, fraction integer not null, value any not null, step any, arrival integer not null,
     primary key (trial, source, sequence, metric)) without rowid, strict;
   create table summaries (trial integer not null, metric integer not null, min text, max text, latest any not null, second integer not null,
     fraction integer not null, primary key (trial, metric)) without rowid, strict;`,
  // Rows that came before have no stretches: their trials are read as a whole.
  `create table stretches (trial integer not null, metric integer not null, number integer not null, rows integer not null, kept text not null,
     primary key (trial, metric, number)) without rowid, strict;`,
  // Stretches that came before do not say where their rows are: parts by time of their trials are looked for in all rows.
  `alter table stretches add column since integer;
   alter table stretches add column until integer;
   alter table stretches add column windows text;`,
];

/** A checkpoint waits for the disk twice, so it comes only every 32 MB of log. */
const CHECKPOINT_PAGES = 8192;

export type Synchronous = "NORMAL" | "FULL";

/**
 * Opens a database file and brings its schema up to date.
 * @throws NewerDatabaseError, or what SQLite throws
 */
export function openDatabase(path: string, synchronous: Synchronous = "NORMAL"): Database {
  const database = new Database(path);
  try {
    // Read before anything is written: a file of a newer version, or none of ours, stays as it is.
    checkVersion(database, path);
    database.exec(
      `pragma journal_mode = wal; pragma synchronous = ${synchronous}; pragma journal_size_limit = 67108864; pragma wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
    );
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function versionOf(database: Database): number {
  return Number(database.prepare("pragma user_version").get()!.user_version);
}

function checkVersion(database: Database, path: string): void {
  const found = versionOf(database);
  if (found > migrations.length) throw new NewerDatabaseError(path, found, migrations.length);
}

/** Each step is one transaction with its version number: a crash leaves the schema before or after it. */
function migrate(database: Database): void {
  for (let version = versionOf(database); version < migrations.length; version++) {
    runTransaction(database, () => {
      database.exec(migrations[version]!);
      database.exec(`pragma user_version = ${version + 1}`);
    });
  }
}
