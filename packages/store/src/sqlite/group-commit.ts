import { ClosedError, StorageError } from "../errors.ts";
import type { Database } from "./driver.ts";
import { runTransaction } from "./run-transaction.ts";

interface Waiting {
  readonly write: () => unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Kept at load time, so that a test with fake timers does not stop the store. */
const soon = setImmediate;

/** Runs the writes of one moment in one transaction; each caller is answered when it is committed. */
export class GroupCommit {
  readonly #database: Database;
  readonly #onFailure: () => void;
  #waiting: Waiting[] = [];
  #closed = false;

  /** @param onFailure is called when a transaction was taken back */
  constructor(database: Database, onFailure: () => void) {
    this.#database = database;
    this.#onFailure = onFailure;
  }

  run<T>(write: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(new ClosedError());
    return new Promise<T>((resolve, reject) => {
      if (this.#waiting.length === 0) soon(() => this.#commit());
      this.#waiting.push({ write, resolve: resolve as (value: unknown) => void, reject });
    });
  }

  /** Commits what waits and refuses what comes. */
  close(): void {
    this.#commit();
    this.#closed = true;
  }

  #commit(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    let results: unknown[];
    try {
      results = runTransaction(this.#database, () => waiting.map(({ write }) => write()));
    } catch (error) {
      const failure = StorageError.from(error);
      for (const { reject } of waiting) reject(failure);
      this.#onFailure();
      return;
    }
    waiting.forEach(({ resolve }, index) => resolve(results[index]));
  }
}
