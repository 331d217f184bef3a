import { join } from "node:path";
import type { ObservationRow } from "@qalam/store";
import { openDataDirectory } from "@qalam/store/sqlite";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { downsampleIndexes } from "../src/observations/downsample.ts";
import { byTime, type MetricRow } from "../src/observations/stretch.ts";
import { Thinner } from "../src/observations/thinner.ts";
import { Database } from "../src/sqlite/driver.ts";
import { countRowsRead, manyRows, numbers, of } from "./many-rows.ts";
import { temporaryDirectory } from "./stores.ts";

it("keeps the first of equal extremes", () => {
  expect(downsampleIndexes([5, 1, 1, 9, 9, 5, 5, 5], 4)).toEqual([0, 1, 3, 7]);
});

it("thins rows as they are read: few are kept all, of many no extreme is lost and every part is shown", () => {
  const row = (i: number) => ({
    source: 0,
    sequence: i,
    value: String(i === 777 ? -5 : i === 90_001 ? 9 : Math.sin(i)),
    step: null,
    arrival: i,
    second: i,
    fraction: 0,
  });
  const few = new Thinner<MetricRow>(100, byTime);
  for (let i = 0; i < 300; i++) few.add(row(i));
  expect(few.kept().map(({ sequence }) => sequence)).toEqual(Array.from({ length: 300 }, (_, i) => i));
  const many = new Thinner<MetricRow>(100, byTime);
  for (let i = 0; i < 100_003; i++) many.add(row(i));
  const kept = many.kept().map(({ sequence }) => sequence);
  for (const i of [0, 777, 90_001, 100_002]) expect(kept).toContain(i);
  expect(kept.length).toBeLessThanOrEqual(4 * 200);
  for (let i = 0; i < 100; i++)
    expect(
      kept.some((one) => one >= i * 1000 && one < (i + 1) * 1000),
      `rows from ${i * 1000}`,
    ).toBe(true);
});

describe("a trial of very many rows", () => {
  it("is thinned with first, last and extremes exact, whatever came in between and however often the store was opened", async () => {
    const directory = temporaryDirectory();
    onTestFinished(() => directory.remove());
    let run = 0;
    const property = fc.asyncProperty(
      fc.integer({ min: 20_001, max: 40_000 }),
      fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(4, 50, 1000),
      async (count, cuts, downsample) => {
        const uid = `trial-${run++}`;
        const all = manyRows(count, count);
        for (let from = 0, i = 0; from < count; i++) {
          const data = await openDataDirectory(directory.path);
          const to = from + (cuts[i] ?? count);
          await data.observations.append(uid, all.slice(from, to));
          await data.close();
          from = to;
        }
        const data = await openDataDirectory(directory.path);
        const kept = await data.observations.query(uid, { downsample });
        const sorted = await data.observations.query(uid);
        await data.close();
        const places = new Map(sorted.map((row, i) => [row.sequence, i]));
        const positions = kept.map(({ sequence }) => places.get(sequence) as number);
        expect([...positions].sort((a, b) => a - b)).toEqual(positions);
        for (const metric of ["loss", "rare"]) {
          const [before, after] = [of(sorted, metric), of(kept, metric)];
          expect([after[0], after.at(-1)]).toEqual([before[0], before.at(-1)]);
          expect([Math.min(...numbers(after)), Math.max(...numbers(after))]).toEqual([
            Math.min(...numbers(before)),
            Math.max(...numbers(before)),
          ]);
          expect(after.length).toBeLessThanOrEqual(Math.max(downsample, 4) + 2);
          expect(after.length).toBeGreaterThan(Math.min(downsample, before.length) / 8);
        }
      },
    );
    await fc.assert(property, { seed: 3, numRuns: 3 });
  }, 60_000);

  it("is thinned without reading more rows than a plot needs, and its summary without reading any", async () => {
    const directory = temporaryDirectory();
    onTestFinished(() => directory.remove());
    const count = 60_000;
    const read = countRowsRead();
    const data = await openDataDirectory(directory.path);
    onTestFinished(() => data.close());
    for (let from = 0; from < count; from += 20_000)
      await data.observations.append(
        "t",
        Array.from({ length: 20_000 }, (_, i) => ({
          metric: "loss",
          value: String(Math.sin((from + i) / 5000)),
          time: new Date(1e12 + from + i).toISOString(),
          source: "log",
          sequence: from + i,
        })),
      );
    const before = read();
    const kept = await data.observations.query("t", { downsample: 200 });
    expect(kept.length).toBeGreaterThan(150);
    const after = read();
    expect(after - before).toBeLessThan(3000);
    expect((await data.observations.summarize("t"))[0]).toMatchObject({ latest: kept.at(-1)?.value });
    expect(read()).toBe(after);
  });

  it("is handed on as it is read, source by source", async () => {
    const directory = temporaryDirectory();
    onTestFinished(() => directory.remove());
    const read = countRowsRead();
    const data = await openDataDirectory(directory.path);
    onTestFinished(() => data.close());
    const all = manyRows(200_001, 4).sort((a, b) => a.source.localeCompare(b.source) || a.sequence - b.sequence);
    await data.observations.append("t", all);
    const before = read();
    let [count, mostRead] = [0, 0];
    for await (const portion of data.observations.portions("t")) {
      mostRead = Math.max(mostRead, read() - before - count);
      expect(portion.map(({ sequence }) => sequence)).toEqual(
        all.slice(count, count + portion.length).map(({ sequence }) => sequence),
      );
      if (count === 0) await data.observations.append("t", [{ ...(all[0] as ObservationRow), sequence: 1e9 }]);
      count += portion.length;
    }
    expect(count).toBe(all.length);
    expect(mostRead).toBeLessThan(5000);
    const rare = [];
    for await (const portion of data.observations.portions("t", { metric: "rare" })) rare.push(...portion);
    expect(rare).toHaveLength(20_001);
  }, 60_000);

  it("of a version before is read as it was", async () => {
    const directory = temporaryDirectory();
    onTestFinished(() => directory.remove());
    const all = manyRows(25_000, 1);
    const first = await openDataDirectory(directory.path);
    await first.observations.append("old", all);
    await first.close();
    const database = new Database(join(directory.path, "qalam.db"));
    database.exec("drop table stretches; pragma user_version = 1");
    database.close();
    const data = await openDataDirectory(directory.path);
    await data.observations.append("old", [{ ...(all[0] as ObservationRow), sequence: -1, value: "1e9" }]);
    const kept = await data.observations.query("old", { downsample: 20 });
    expect(Math.max(...numbers(kept))).toBe(1e9);
    expect(kept.length).toBeGreaterThan(20);
    await data.close();
  });
});
