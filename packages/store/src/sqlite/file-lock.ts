import { isBusy } from "./directory-lock.ts";
import { Database } from "./driver.ts";

/** How long taking the lock waits for a process that is just ending, in milliseconds. */
const PATIENCE = 250;

/**
 * Holds a file for one process, by an exclusive transaction on an empty database beside it (`<path>.lock`): the operating system gives the lock up with the
 * process however that ends. @returns undefined when another process holds it
 */
export function lockFile(path: string): { release(): void } | undefined {
  const database = new Database(`${path}.lock`);
  try {
    database.exec(`pragma busy_timeout = ${PATIENCE}; begin exclusive`);
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
}
