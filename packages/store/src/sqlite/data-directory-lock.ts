import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { LockedError, type LockHolder, StorageError } from "../errors.ts";
import { type Database, sqliteConstructor } from "./database.ts";

const holderFile = "server.json";

/**
 * Holds a data directory for one process. The lock is an exclusive transaction on a tiny database: the system gives it up with the process, however that
 * ends, so no lock is ever stale and none can be taken twice. Who holds it stands in a file beside it.
 */
export class DataDirectoryLock {
  readonly #directory: string;
  readonly #database: Database;
  #holder: LockHolder;

  /** @throws LockedError with the holder, StorageError when the directory cannot be written */
  constructor(directory: string, now: Date = new Date()) {
    this.#directory = directory;
    this.#holder = { pid: process.pid, host: hostname(), since: now.toISOString() };
    this.#database = exclusiveDatabase(directory);
    this.#write();
  }

  /** Publishes where the API server of this process listens. */
  setAddress(address: string): void {
    this.#holder = { ...this.#holder, address };
    this.#write();
  }

  release(): void {
    rmSync(join(this.#directory, holderFile), { force: true });
    this.#database.close();
  }

  #write(): void {
    writeFileSync(join(this.#directory, holderFile), `${JSON.stringify(this.#holder)}\n`, { mode: 0o600 });
  }
}

/** Who holds a data directory now; undefined when nobody does. */
export function readLockHolder(directory: string): LockHolder | undefined {
  try {
    exclusiveDatabase(directory).close();
    return undefined;
  } catch (error) {
    if (error instanceof LockedError) return error.holder;
    throw error;
  }
}

function exclusiveDatabase(directory: string): Database {
  let database: Database | undefined;
  try {
    database = new (sqliteConstructor())(join(directory, "lock.db"));
    database.exec("pragma busy_timeout = 0; pragma locking_mode = exclusive; begin exclusive;");
    return database;
  } catch (error) {
    database?.close();
    if (/locked|busy/i.test((error as Error).message)) throw new LockedError(directory, storedHolder(directory));
    throw StorageError.from(error);
  }
}

function storedHolder(directory: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, holderFile), "utf8")) as LockHolder;
  } catch {
    return undefined; // the holder is just starting or ending: it is named without details
  }
}
