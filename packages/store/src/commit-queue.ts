import { StorageError } from "./errors.ts";

/** Takes the writes of one tick to disk at once; a memory store has none. */
export interface Journal {
  /** Makes everything recorded since the last commit durable, or throws and leaves what was there. */
  commit(): void;
}

interface Waiting {
  readonly done: () => void;
  readonly fail: (error: Error) => void;
  readonly undo: () => void;
}

/**
 * Group commit: writes change memory at once and are acknowledged together after one transaction. When the transaction fails, they are undone, newest first, and
 * every writer of the batch is told.
 */
export class CommitQueue {
  readonly #journal: Journal;
  readonly #onCommit: () => void;
  #waiting: Waiting[] = [];
  #flush: Promise<void> | undefined;

  constructor(journal: Journal, onCommit: () => void) {
    this.#journal = journal;
    this.#onCommit = onCommit;
  }

  /** Resolves when the write is durable. @param undo takes it back in memory */
  add(undo: () => void): Promise<void> {
    return new Promise((done, fail) => {
      this.#waiting.push({ done, fail, undo });
      this.#flush ??= new Promise((resolve) => {
        setImmediate(() => {
          this.#commit();
          resolve();
        });
      });
    });
  }

  /** Resolves when nothing waits, so that a reader never sees what may still be undone. */
  async settled(): Promise<void> {
    while (this.#flush !== undefined) await this.#flush;
  }

  #commit(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#flush = undefined;
    try {
      this.#journal.commit();
    } catch (error) {
      for (const { undo } of [...batch].reverse()) undo();
      const failure = StorageError.from(error);
      for (const { fail } of batch) fail(failure);
      return;
    }
    this.#onCommit();
    for (const { done } of batch) done();
  }
}
