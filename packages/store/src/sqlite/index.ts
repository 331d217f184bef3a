/** @packageDocumentation Durable stores: one SQLite file per data directory. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { JournaledStore } from "../engine/journaled-store.ts";
import type { StoreOptions } from "../engine/store-options.ts";
import { StorageError } from "../errors.ts";
import type { ObservationStore } from "../observation-store.ts";
import type { ResourceStore } from "../resource-store.ts";
import { DataDirectoryLock } from "./data-directory-lock.ts";
import { openDatabase } from "./database.ts";
import { SqliteJournal } from "./sqlite-journal.ts";
import { SqliteObservationStore } from "./sqlite-observation-store.ts";

export { readLockHolder } from "./data-directory-lock.ts";

/** A data directory in use by this process. */
export interface DataDirectory {
  readonly path: string;
  readonly resources: ResourceStore;
  readonly observations: ObservationStore;
  /** Tells other processes where the API server of this one listens. */
  setAddress(address: string): void;
  close(): Promise<void>;
}

export interface DataDirectoryOptions extends StoreOptions {
  /** NORMAL survives the end of the process at any moment; FULL survives the loss of power too. */
  readonly synchronous?: "NORMAL" | "FULL";
}

/**
 * Opens (or makes) a data directory: `qalam.db` holds all resources and observations.
 * @throws LockedError when another process has it, NewerDatabaseError, StorageError
 */
export async function openDataDirectory(path: string, options: DataDirectoryOptions = {}): Promise<DataDirectory> {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw StorageError.from(error);
  }
  const lock = new DataDirectoryLock(path);
  try {
    const database = openDatabase(join(path, "qalam.db"), options);
    const resources = new JournaledStore(new SqliteJournal(database), options);
    const observations = new SqliteObservationStore(database);
    return {
      path,
      resources,
      observations,
      setAddress: (address) => lock.setAddress(address),
      async close() {
        await observations.close();
        await resources.close();
        database.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}
