import { join } from "node:path";
import { JournaledStore } from "../engine/journaled-store.ts";
import type { StoreOptions } from "../engine/store-options.ts";
import { StorageError } from "../errors.ts";
import type { ObservationStore } from "../observation-store.ts";
import type { ResourceStore } from "../resource-store.ts";
import { openDatabase, type Synchronous } from "./database.ts";
import { DirectoryLock } from "./directory-lock.ts";
import type { Database } from "./driver.ts";
import { makeDirectory } from "./make-directory.ts";
import { SqliteJournal } from "./sqlite-journal.ts";
import { SqliteObservationStore } from "./sqlite-observation-store.ts";

const DATABASE_FILE = "qalam.db";

/** A data directory in use by this process. */
export interface DataDirectory {
  readonly path: string;
  readonly resources: ResourceStore;
  readonly observations: ObservationStore;
  /** Tells other processes where the API server of this one listens. @param passing it ends with the command that hosts it */
  setAddress(address: string, passing?: boolean): void;
  /** Stores what waits, closes both stores and lets others have the directory. */
  close(): Promise<void>;
}

export interface DataDirectoryOptions extends StoreOptions {
  /** NORMAL survives the end of the process at any moment, FULL the loss of power too. @default "NORMAL" */
  readonly synchronous?: Synchronous;
}

/**
 * Opens a data directory, making it when it is not there: `qalam.db` holds all resources and observations.
 * @throws LockedError when another process has it, NewerDatabaseError, StorageError
 */
export async function openDataDirectory(path: string, options: DataDirectoryOptions = {}): Promise<DataDirectory> {
  try {
    makeDirectory(path);
  } catch (error) {
    throw StorageError.from(error, path);
  }
  const lock = new DirectoryLock(path, (options.now ?? Date.now)());
  const file = join(path, DATABASE_FILE);
  let database: Database | undefined;
  try {
    database = openDatabase(file, options.synchronous);
    const resources = new JournaledStore(new SqliteJournal(database), options);
    const observations = new SqliteObservationStore(database);
    return directoryOf(path, lock, database, resources, observations);
  } catch (error) {
    database?.close();
    lock.release();
    throw StorageError.from(error, file);
  }
}

function directoryOf(
  path: string,
  lock: DirectoryLock,
  database: Database,
  resources: ResourceStore,
  observations: ObservationStore,
): DataDirectory {
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await observations.close();
    await resources.close();
    database.close();
    lock.release();
  };
  return {
    path,
    resources,
    observations,
    setAddress: (address, passing) => lock.setAddress(address, passing),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
