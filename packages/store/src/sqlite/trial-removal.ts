import type { Database } from "./driver.ts";
import type { GroupCommit } from "./group-commit.ts";

/** Rows deleted in one transaction: some milliseconds, and other work goes between. */
const SLICE = 10_000;

/** A trial that is being removed keeps its number under such a name until its last row is gone, so that no new trial gets the number. */
const REMOVED = "removed trial ";

/** Where the rows of a trial are, and the columns that order them within it. */
const TABLES = [
  { table: "observations", order: ["source", "sequence", "metric"] },
  { table: "stretches", order: ["metric", "number"] },
  { table: "summaries", order: ["metric"] },
] as const;

/**
 * Deletes the rows of trials a slice at a time. One write makes a trial unknown; what is left of it goes in the background, and where the process ends before, the next one
 * goes on.
 */
export class TrialRemoval {
  readonly #database: Database;
  readonly #commits: GroupCommit;
  #isRunning = false;

  constructor(database: Database, commits: GroupCommit) {
    this.#database = database;
    this.#commits = commits;
  }

  /** Makes a trial unknown, within a transaction; its rows go when `run` is called. */
  begin(trial: number): void {
    this.#database.prepare("update trials set uid = ? where id = ?").run(`${REMOVED}${trial}`, trial);
  }

  /** Deletes what is left of all trials that were begun, until none is there or the store is closed. */
  async run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      for (let trial = this.#next(); trial !== undefined; trial = this.#next()) await this.#remove(trial);
    } catch {
      // The store was closed, or the disk is full: the next deletion or the next start goes on.
    } finally {
      this.#isRunning = false;
    }
  }

  #next(): number | undefined {
    const row = this.#database.prepare(`select id from trials where uid glob '${REMOVED}*' limit 1`).get();
    return row === undefined ? undefined : Number(row.id);
  }

  async #remove(trial: number): Promise<void> {
    for (const { table, order } of TABLES)
      while (await this.#commits.run(() => this.#deleteSlice(trial, table, order)));
    await this.#commits.run(() => {
      this.#database.prepare("delete from sources where trial = ?").run(trial);
      this.#database.prepare("delete from trials where id = ?").run(trial);
    });
  }

  /** @returns whether more may be there */
  #deleteSlice(trial: number, table: string, order: readonly string[]): boolean {
    const key = order.join(", ");
    const last = this.#database
      .prepare(`select ${key} from ${table} where trial = ? order by ${key} limit 1 offset ${SLICE - 1}`)
      .get(trial);
    const upTo = last === undefined ? "" : `and (${key}) <= (${order.map(() => "?").join(", ")})`;
    const bounds = last === undefined ? [] : order.map((column) => last[column]!);
    this.#database.prepare(`delete from ${table} where trial = ? ${upTo}`).run(trial, ...bounds);
    return last !== undefined;
  }
}
