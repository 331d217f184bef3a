import type { ObservationRow } from "@qalam/store";
import { onTestFinished, vi } from "vitest";
import { Database, type Statement } from "../src/sqlite/driver.ts";

/** Rows in whose times, sources and values nothing is in order, and some are no numbers. */
export function manyRows(count: number, seed: number): ObservationRow[] {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return Array.from({ length: count }, (_, i) => ({
    metric: i % 10 === 0 ? "rare" : "loss",
    value: random(50) === 0 ? "nan" : String(random(1e6) - 5e5),
    time: new Date(1e12 + 1000 * (i + random(3000))).toISOString(),
    source: `s${random(3)}`,
    sequence: i,
  }));
}

export const of = (rows: readonly ObservationRow[], metric: string) => rows.filter((row) => row.metric === metric);
export const numbers = (rows: readonly ObservationRow[]) =>
  rows.map(({ value }) => Number(value)).filter((value) => !Number.isNaN(value));

/** Counts the rows that statements prepared from now on give. @returns the number so far */
export function countRowsRead(): () => number {
  const { prepare } = Database.prototype;
  let count = 0;
  const spy = vi.spyOn(Database.prototype, "prepare").mockImplementation(function (
    this: Database,
    sql: string,
  ): Statement {
    const statement = prepare.call(this, sql);
    return {
      run: (...parameters) => statement.run(...parameters),
      iterate: (...parameters) => statement.iterate(...parameters),
      get(...parameters) {
        count += 1;
        return statement.get(...parameters);
      },
      all(...parameters) {
        const rows = statement.all(...parameters);
        count += rows.length;
        return rows;
      },
    };
  });
  onTestFinished(() => spy.mockRestore());
  return () => count;
}
