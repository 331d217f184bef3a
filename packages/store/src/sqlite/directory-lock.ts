import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { LockedError, type LockHolder, StorageError } from "../errors.ts";
import { Database } from "./driver.ts";

const LOCK_FILE = "lock.db";
const HOLDER_FILE = "server.json";
/** How long taking the lock waits for a process that only looks who holds it, in milliseconds. */
const PATIENCE = 250;

/**
 * Holds a data directory for one process. The lock is an open exclusive transaction on a tiny database, that is, a file lock of the operating
 * system: the system gives it up with the process however that ends, so a lock is never stale, a pid that was given out again deceives nobody, and two
 * processes that start together cannot both get it. A file with a pid in it has none of this. Who holds the lock stands in a file beside it,
 * which counts only while the lock is held.
 */
export class DirectoryLock {
  readonly #directory: string;
  readonly #database: Database;
  #holder: LockHolder;

  /** @throws LockedError with the holder; StorageError when the directory cannot be written */
  constructor(directory: string, now: number) {
    this.#directory = directory;
    const started = new Date(now - process.uptime() * 1000).toISOString();
    this.#holder = { pid: process.pid, host: hostname(), started, since: new Date(now).toISOString() };
    this.#database = lockDatabase(directory, `pragma busy_timeout = ${PATIENCE}; begin exclusive`);
    try {
      this.#write();
    } catch (error) {
      this.#database.close();
      throw StorageError.from(error, directory);
    }
  }

  /** Publishes where the API server of this process listens. */
  setAddress(address: string, passing = false): void {
    this.#holder = { ...this.#holder, address, ...(passing && { passing }) };
    this.#write();
  }

  release(): void {
    rmSync(join(this.#directory, HOLDER_FILE), { force: true });
    this.#database.close();
  }

  /** Replaced as a whole, so that nobody reads half of it. */
  #write(): void {
    const path = join(this.#directory, HOLDER_FILE);
    writeFileSync(`${path}.new`, `${JSON.stringify(this.#holder)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
}

/**
 * Who holds a data directory now; undefined when nobody does.
 * @throws StorageError when the directory cannot be read; LockedError when somebody holds it who has not yet said who
 */
export function readLockHolder(directory: string): LockHolder | undefined {
  if (!existsSync(join(directory, LOCK_FILE))) return undefined;
  try {
    lockDatabase(directory, "pragma busy_timeout = 0; select count(*) from sqlite_schema").close();
    return undefined;
  } catch (error) {
    if (error instanceof LockedError && error.holder !== undefined) return error.holder;
    throw error;
  }
}

function lockDatabase(directory: string, sql: string): Database {
  let database: Database | undefined;
  try {
    database = new Database(join(directory, LOCK_FILE));
    database.exec(sql);
    return database;
  } catch (error) {
    database?.close();
    if (isBusy(error)) throw new LockedError(directory, writtenHolder(directory));
    throw StorageError.from(error, directory);
  }
}

/** SQLite: somebody else holds the lock. */
export function isBusy(error: unknown): boolean {
  const BUSY = 5;
  return ((error as { errcode?: number }).errcode ?? 0) % 256 === BUSY;
}

/** Undefined in the moment when the holder is just starting or ending. */
function writtenHolder(directory: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, HOLDER_FILE), "utf8")) as LockHolder;
  } catch {
    return undefined;
  }
}
