import { join } from "node:path";
import { openDataDirectory } from "@qalam/store/sqlite";
import { beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { Database, type Statement } from "../src/sqlite/driver.ts";
import { manyRows } from "./many-rows.ts";
import { temporaryDirectory } from "./stores.ts";

const COUNT = 35_000;
let directory: ReturnType<typeof temporaryDirectory>;
beforeEach(() => {
  directory = temporaryDirectory();
  onTestFinished(() => directory.remove());
});

function rowsLeft(): Record<string, number> {
  const database = new Database(join(directory.path, "qalam.db"));
  const tables = ["observations", "stretches", "summaries", "sources", "trials"];
  const counts = tables.map((table): [string, number] => [
    table,
    Number(database.prepare(`select count(*) as count from ${table}`).get()?.count),
  ]);
  database.close();
  return Object.fromEntries(counts);
}

const NONE = { observations: 0, stretches: 0, summaries: 0, sources: 0, trials: 0 };

/** Notes how many rows each deletion deletes, of statements prepared from now on. */
function watchDeletions(): number[] {
  const { prepare } = Database.prototype;
  const changes: number[] = [];
  const spy = vi.spyOn(Database.prototype, "prepare").mockImplementation(function (
    this: Database,
    sql: string,
  ): Statement {
    const statement = prepare.call(this, sql);
    if (!sql.startsWith("delete")) return statement;
    return {
      get: (...parameters) => statement.get(...parameters),
      all: (...parameters) => statement.all(...parameters),
      iterate: (...parameters) => statement.iterate(...parameters),
      run(...parameters) {
        const done = statement.run(...parameters);
        changes.push(Number(done.changes));
        return done;
      },
    };
  });
  onTestFinished(() => spy.mockRestore());
  return changes;
}

it("is gone at once for readers, while its rows go a slice at a time and other work is done between", async () => {
  const changes = watchDeletions();
  const data = await openDataDirectory(directory.path);
  await data.observations.append("big", manyRows(COUNT, 1));
  await data.observations.append("other", manyRows(10, 2));
  await data.observations.delete("big");
  expect(await data.observations.query("big")).toEqual([]);
  expect(await data.observations.summarize("big")).toEqual([]);
  expect(changes.reduce((sum, one) => sum + one, 0)).toBeLessThan(COUNT);
  expect(await data.observations.append("big", manyRows(3, 3))).toBe(3);
  await vi.waitFor(() => expect(rowsLeft()).toMatchObject({ observations: 13, trials: 2 }));
  expect(Math.max(...changes)).toBeLessThanOrEqual(10_000);
  expect(await data.observations.query("big")).toHaveLength(3);
  expect(await data.observations.query("other")).toHaveLength(10);
  await data.close();
});

it("goes on after a restart, and no trial that came meanwhile loses a row", async () => {
  const first = await openDataDirectory(directory.path);
  await first.observations.append("big", manyRows(COUNT, 1));
  await first.observations.delete("big");
  await first.close();
  expect(rowsLeft().observations).toBeGreaterThan(0);

  const second = await openDataDirectory(directory.path);
  expect(await second.observations.append("new", manyRows(20, 2))).toBe(20);
  expect(await second.observations.query("big")).toEqual([]);
  await vi.waitFor(() => expect(rowsLeft()).toMatchObject({ observations: 20, trials: 1 }));
  expect(await second.observations.query("new")).toHaveLength(20);
  await second.observations.delete("new");
  await vi.waitFor(() => expect(rowsLeft()).toEqual(NONE));
  await second.close();
});
