import { createRequire } from "node:module";

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
