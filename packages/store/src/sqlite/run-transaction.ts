import type { Database } from "./driver.ts";

/** Runs writes as one transaction: all of them or none. */
export function runTransaction<T>(database: Database, write: () => T): T {
  database.exec("begin immediate");
  try {
    const result = write();
    database.exec("commit");
    return result;
  } catch (error) {
    try {
      database.exec("rollback");
    } catch {
      // SQLite has rolled back by itself, as it does on a full disk; the first error is the one to report
    }
    throw error;
  }
}
