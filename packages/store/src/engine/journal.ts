import type { Change } from "./change.ts";

/** One change as it was written. */
export interface JournalRow {
  readonly version: number;
  readonly type: Change["type"];
  readonly tableId: string;
  /** The object as JSON. */
  readonly text: string;
}

/** Rows that nobody will ask for any more. */
export interface Forgotten {
  readonly versions: readonly number[];
  /** Table id to the version up to which changes may be missing. */
  readonly horizons: ReadonlyMap<string, number>;
}

/** Where the changes of a store outlive the process. Synchronous, so that nobody sees a state that is not committed yet. */
export interface Journal {
  /** All rows in order of version. */
  rows(): Iterable<JournalRow>;
  /** Table id to the version up to which changes may be missing. */
  horizons(): ReadonlyMap<string, number>;
  /** Makes all changes durable, or none and throws. @returns the weight in bytes of each */
  commit(changes: readonly Change[], forgotten: Forgotten): number[];
  /** Calls back soon, not at once, so that writes of one moment share a commit. */
  schedule(commit: () => void): void;
  close(): void;
}
