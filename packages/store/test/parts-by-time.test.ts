import { join } from "node:path";
import type { ObservationRow, ObservationStore } from "@qalam/store";
import { type DataDirectory, openDataDirectory } from "@qalam/store/sqlite";
import fc from "fast-check";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { Database } from "../src/sqlite/driver.ts";
import { countRowsRead, manyRows, numbers, of } from "./many-rows.ts";
import { temporaryDirectory } from "./stores.ts";

/** More than are read as fast as their stretches. */
const COUNT = 45_000;
let directory: ReturnType<typeof temporaryDirectory>;
beforeEach(() => {
  directory = temporaryDirectory();
  onTestFinished(() => directory.remove());
});

async function opened(): Promise<DataDirectory> {
  const data = await openDataDirectory(directory.path);
  onTestFinished(() => data.close());
  return data;
}

async function expectParts(store: ObservationStore, all: readonly ObservationRow[], runs: number): Promise<void> {
  const moment = fc.integer({ min: -1000, max: COUNT + 4000 }).map((second) => new Date(1e12 + 1000 * second));
  const part = fc.record({
    start: fc.option(moment),
    end: fc.option(moment),
    metric: fc.constantFrom(undefined, "loss", "rare"),
    downsample: fc.constantFrom(4, 50, 1000),
  });
  const property = fc.asyncProperty(part, async ({ start, end, metric, downsample }) => {
    const query = {
      ...(start !== null && { start: start.toISOString() }),
      ...(end !== null && { end: end.toISOString() }),
      ...(metric !== undefined && { metric }),
    };
    const wanted = all.filter(
      ({ time, metric: own }) =>
        (start === null || new Date(time) >= start) &&
        (end === null || new Date(time) <= end) &&
        (metric === undefined || own === metric),
    );
    expect(await store.query("t", query)).toEqual(wanted);
    const kept = await store.query("t", { ...query, downsample });
    for (const name of ["loss", "rare"]) {
      const [before, after] = [of(wanted, name), of(kept, name)];
      expect([after[0], after.at(-1)]).toEqual([before[0], before.at(-1)]);
      expect([Math.min(...numbers(after)), Math.max(...numbers(after))]).toEqual([
        Math.min(...numbers(before)),
        Math.max(...numbers(before)),
      ]);
      expect(after.length).toBeLessThanOrEqual(Math.max(downsample, 4) + 2);
      expect(after.length).toBeGreaterThanOrEqual(Math.min(downsample, before.length) / 8);
      expect(new Set(after).size).toBe(after.length);
    }
  });
  await fc.assert(property, { seed: 11, numRuns: runs });
}

describe("a part by time of a trial of very many rows", () => {
  it("is what it is by reading all rows, whatever order they came in", async () => {
    const { observations } = await opened();
    const all = manyRows(COUNT, 9);
    await observations.append("t", all);
    await expectParts(observations, await observations.query("t"), 12);
  }, 60_000);

  it("is found in trials that an earlier version began", async () => {
    const all = manyRows(COUNT, 5);
    const first = await openDataDirectory(directory.path);
    await first.observations.append("t", all.slice(0, 30_001));
    await first.close();
    const database = new Database(join(directory.path, "qalam.db"));
    for (const column of ["since", "until", "windows"]) database.exec(`alter table stretches drop column ${column}`);
    database.exec("pragma user_version = 2");
    database.close();
    const { observations } = await opened();
    await observations.append("t", all.slice(30_001));
    await expectParts(observations, await observations.query("t"), 5);
  }, 60_000);

  it("is found without reading more rows than a plot needs, or than it has", async () => {
    const read = countRowsRead();
    const { observations } = await opened();
    const time = (i: number): string => new Date(1e12 + 1000 * i).toISOString();
    const all = Array.from({ length: 2 * COUNT }, (_, i) => ({
      metric: i % 2 === 0 ? "loss" : "accuracy",
      value: String(Math.sin(i / 5000)),
      time: time(i),
      source: i < COUNT ? "log" : "log of the next run",
      sequence: i % COUNT,
    }));
    await observations.append("t", all);
    const portions = async (query: object): Promise<number> => {
      let count = 0;
      for await (const rows of observations.portions("t", query)) count += rows.length;
      return count;
    };
    const wide = { start: time(10_001), end: time(80_000) };
    const narrow = { start: time(60_001), end: time(61_000) };
    for (const [most, query] of [
      [3000, () => observations.query("t", { ...wide, downsample: 200, metric: "loss" })],
      [6000, () => observations.query("t", { ...wide, downsample: 200 })],
      [3000, () => observations.query("t", { ...narrow, downsample: 200 })],
      [3000, () => observations.query("t", narrow)],
      [3000, () => portions(narrow)],
    ] as const) {
      const before = read();
      const found = await query();
      expect(typeof found === "number" ? found : found.length).toBeGreaterThan(150);
      expect(read() - before).toBeLessThan(most);
    }
  }, 60_000);
});
