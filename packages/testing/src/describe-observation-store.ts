import { InvalidRequestError, type ObservationRow, type ObservationStore } from "@qalam/store";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

/** A store to be tested and the way to be done with it. */
export interface OpenedObservationStore {
  readonly store: ObservationStore;
  close(): Promise<void>;
}

/** The promises of ObservationStore, for every implementation. @param open opens a new, empty store */
export function describeObservationStore(name: string, open: () => Promise<OpenedObservationStore>): void {
  describe(`${name} keeps the contract of ObservationStore`, () => {
    let opened: OpenedObservationStore;
    let store: ObservationStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.close());
    const use = () => store;
    describeAppending(use);
    describeSummaries(use);
    describeDownsampling(use);
    it("refuses work after close", async () => {
      await opened.close();
      await expect(store.append("t", [row()])).rejects.toThrow(/closed/);
    });
  });
}

let position = 0;
function row(parts: Partial<ObservationRow> = {}): ObservationRow {
  return {
    metric: "loss",
    value: "0.5",
    time: "2026-03-01T12:00:00Z",
    source: "pod/c/0",
    sequence: position++,
    ...parts,
  };
}
function at(seconds: number): string {
  return new Date(Date.UTC(2026, 2, 1) + seconds * 1000).toISOString();
}

function describeAppending(use: () => ObservationStore): void {
  describe("append and query", () => {
    it("give back what was reported, by time, then arrival", async () => {
      const rows = [
        row({ value: "3", time: at(3), step: 3 }),
        row({ value: "1", time: at(1), source: "push", metric: "accuracy" }),
        row({ value: "2", time: at(3), step: 1e-20, source: "a" }),
      ];
      expect(await use().append("t", rows)).toBe(3);
      expect(await use().query("t")).toEqual([rows[1], rows[0], rows[2]]);
      expect(await use().query("unknown")).toEqual([]);
      expect(await use().append("t", [])).toBe(0);
    });

    it.each([
      "0.5",
      "0.50",
      "1e-3",
      "1e-05",
      "1e-17",
      "0.9999999999999999",
      "NaN",
      "inf",
      "-Inf",
      "0x1p-2",
      "-0",
      "007",
      "1e400",
      "12345678901234567890",
      "",
      " 1",
      "unavailable",
      "0.1234567890123456789",
      "é\u0000𝒳",
      "5",
      "-5.25",
      "1e21",
      "1e+21",
    ])("keep the text of the value %j", async (value) => {
      await use().append("t", [row({ value })]);
      expect((await use().query("t")).map((stored) => stored.value)).toEqual([value]);
      expect((await use().summarize("t"))[0]!.latest).toBe(value);
    });

    it("keep times to the nanosecond, before 1970 too", async () => {
      const times = [
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59.999999999Z",
        "2026-03-01T12:00:00.000000001Z",
        "2026-03-01T12:00:00.000000002Z",
        "2026-03-01T12:00:00.5Z",
        "2026-03-01T12:00:00.50Z",
        "9999-12-31T23:59:59Z",
      ];
      for (const time of [...times].reverse()) await use().append("t", [row({ time })]);
      const order = [...times.slice(0, 4), times[5], times[4], times[6]];
      expect((await use().query("t")).map(({ time }) => time)).toEqual(order);
      await use().append("u", [row({ time: "2026-03-01T12:00:00.25+01:30" })]);
      expect((await use().query("u"))[0]!.time).toBe("2026-03-01T10:30:00.25Z");
    });

    it("ignore rows that are known, so that a log can be read again", async () => {
      const rows = Array.from({ length: 10 }, (_, i) => row({ sequence: i, value: String(i) }));
      expect(await use().append("t", rows.slice(0, 6))).toBe(6);
      expect(await use().append("t", rows)).toBe(4);
      expect(await use().append("t", [...rows, ...rows])).toBe(0);
      expect(await use().append("t", [row({ sequence: 3, value: "99" })])).toBe(0);
      expect(await use().query("t")).toEqual(rows);
      expect(await use().append("t", [row({ sequence: 3, metric: "other" }), row({ sequence: 3, source: "b" })])).toBe(
        2,
      );
    });

    it("keep trials apart", async () => {
      await Promise.all(["a", "b"].map((uid) => use().append(uid, [row({ value: uid, sequence: 1 })])));
      expect((await use().query("a")).map(({ value }) => value)).toEqual(["a"]);
      await use().delete("a");
      await use().delete("never seen");
      expect(await use().query("a")).toEqual([]);
      expect(await use().summarize("a")).toEqual([]);
      expect(await use().lastSequence("a", "pod/c/0")).toBeUndefined();
      expect(await use().query("b")).toHaveLength(1);
      expect(await use().append("a", [row({ value: "again", sequence: 1 })])).toBe(1);
    });

    it("select by metric and inclusive times", async () => {
      const rows = Array.from({ length: 10 }, (_, i) =>
        row({ time: at(i), value: String(i), metric: i % 2 ? "odd" : "even" }),
      );
      await use().append("t", rows);
      const values = async (options: object) => (await use().query("t", options)).map(({ value }) => value);
      expect(await values({ metric: "odd" })).toEqual(["1", "3", "5", "7", "9"]);
      expect(await values({ start: at(2), end: at(4) })).toEqual(["2", "3", "4"]);
      expect(await values({ metric: "even", start: at(7.5) })).toEqual(["8"]);
      expect(await values({ end: at(0.999) })).toEqual(["0"]);
      expect(await values({ metric: "unknown" })).toEqual([]);
    });

    it("give in portions what a query gives, and nothing that comes meanwhile", async () => {
      const all = Array.from({ length: 12_000 }, (_, i) =>
        row({ time: at(i), sequence: 20_000 - i, value: String(i), metric: i % 3 ? "a" : "b", source: "log" }),
      );
      const read = async (options: object = {}): Promise<ObservationRow[]> => {
        const rows: ObservationRow[] = [];
        for await (const portion of use().portions("t", options)) {
          expect(portion.length).toBeLessThanOrEqual(5000);
          await use().append("t", [row({ sequence: 1e6 + rows.length, source: "log", time: at(1e6) })]);
          rows.push(...portion);
        }
        return rows;
      };
      await use().append("t", all);
      expect(await read()).toEqual(all);
      const part = all.filter((one, i) => one.metric === "b" && i >= 300 && i <= 11_000);
      expect(await read({ metric: "b", start: at(300), end: at(11_000) })).toEqual(part);
      expect(await read({ metric: "unknown" })).toEqual([]);
      await expect(read({ start: "x" })).rejects.toThrow(/start/);
      for await (const portion of use().portions("unknown")) expect(portion).toEqual([]);
    });

    it("number rows in order of arrival: parts by number are always the same rows in the same order", async () => {
      const all = Array.from({ length: 40 }, (_, i) =>
        row({ time: at((i * 7) % 40), sequence: i, metric: i % 4 ? "a" : "b", source: "log" }),
      );
      const ends: number[] = [];
      const stop = use().subscribe((_, rows, end) => ends.push(end - rows.length, end));
      expect(await use().count("t")).toBe(0);
      await use().append("t", all.slice(0, 10));
      await Promise.all([use().append("t", all.slice(5, 25)), use().append("t", all.slice(25))]);
      await use().append("t", all);
      stop();
      expect(ends).toEqual([0, 10, 10, 25, 25, 40]);
      expect(await use().count("t")).toBe(40);
      const part = async (from: number | undefined, until: number | undefined, metric?: string) => {
        const rows: ObservationRow[] = [];
        const query = {
          ...(from !== undefined && { from }),
          ...(until !== undefined && { until }),
          ...(metric !== undefined && { metric }),
        };
        for await (const portion of use().portions("t", query)) rows.push(...portion);
        return rows;
      };
      const byTime = (rows: readonly ObservationRow[]) => [...rows].sort((a, b) => a.time.localeCompare(b.time));
      expect(await part(0, 10)).toEqual(byTime(all.slice(0, 10)));
      expect(await part(10, 33)).toEqual(byTime(all.slice(10, 33)));
      expect(await part(30, undefined, "b")).toEqual(byTime(all.slice(30).filter(({ metric }) => metric === "b")));
      expect(await part(40, 40)).toEqual([]);
    });

    it("know where each source ended", async () => {
      await use().append("t", [row({ sequence: 100 }), row({ sequence: 40 }), row({ source: "push", sequence: 7 })]);
      expect(await use().lastSequence("t", "pod/c/0")).toBe(100);
      expect(await use().lastSequence("t", "push")).toBe(7);
      expect(await use().lastSequence("t", "other")).toBeUndefined();
      expect(await use().lastSequence("other", "push")).toBeUndefined();
    });

    it("refuse rows and questions that make no sense, saying which, and store nothing of them", async () => {
      const bad = (parts: Partial<ObservationRow>) => use().append("t", [row(), row(parts)]);
      await expect(bad({ time: "yesterday" })).rejects.toThrow(/row 1 .*"yesterday" is no time, expected RFC 3339/);
      await expect(bad({ time: "2026-02-30T00:00:00Z" })).rejects.toThrow(InvalidRequestError);
      await expect(bad({ sequence: 1.5 })).rejects.toThrow(/sequence is 1.5/);
      await expect(bad({ metric: "" })).rejects.toThrow(/no name/);
      await expect(use().query("t", { start: "x" })).rejects.toThrow(/start/);
      await expect(use().query("t", { downsample: 0 })).rejects.toThrow(/downsample/);
      expect(await use().query("t")).toEqual([]);
    });

    it("tell listeners of new rows only, once per append, when they can be read", async () => {
      const heard: [string, readonly ObservationRow[], number][] = [];
      let reading: Promise<unknown> = Promise.resolve();
      const end = use().subscribe((uid, rows) => {
        reading = use()
          .query(uid)
          .then((stored) => heard.push([uid, rows, stored.length]));
      });
      const [a, b] = [row(), row()];
      await use().append("t", [a]);
      await reading;
      await use().append("t", [a, b]);
      await reading;
      await use().append("t", [a, b]);
      end();
      await use().append("t", [row()]);
      expect(heard).toEqual([
        ["t", [a], 1],
        ["t", [b], 2],
      ]);
    });
  });
}

function describeSummaries(use: () => ObservationStore): void {
  const summary = async (values: readonly string[], times: readonly number[] = values.map((_, i) => i)) => {
    await use().append(
      "t",
      values.map((value, i) => row({ value, time: at(times[i]!) })),
    );
    return (await use().summarize("t"))[0];
  };

  describe("summarize", () => {
    it("keeps the text of the extremes and of the latest", async () => {
      expect(await summary(["0.50", "1e-3", "7.0", "0.1"])).toEqual({
        name: "loss",
        min: "1e-3",
        max: "7.0",
        latest: "0.1",
      });
    });
    it("leaves out of the extremes what is no number", async () => {
      expect(await summary(["oops", "1,5", "", "2", "NaN"])).toEqual({
        name: "loss",
        min: "2",
        max: "2",
        latest: "NaN",
      });
    });
    it("knows no extremes without a number", async () => {
      expect(await summary(["oops"])).toEqual({ name: "loss", min: "unavailable", max: "unavailable", latest: "oops" });
    });
    it("counts infinities and hexadecimal floats, as Go does", async () => {
      expect(await summary(["inf", "0x1p-2", "-Inf"])).toMatchObject({ min: "-Inf", max: "inf" });
    });
    it("takes for latest the last row of the greatest time", async () => {
      expect(await summary(["a", "b", "c", "d"], [5, 9, 9, 1])).toMatchObject({ latest: "c" });
    });
    it("has a line per metric with rows", async () => {
      await use().append("t", [row({ metric: "b" }), row({ metric: "a" }), row({ metric: "b" })]);
      expect((await use().summarize("t")).map(({ name }) => name).sort()).toEqual(["a", "b"]);
      expect(await use().summarize("none")).toEqual([]);
    });

    it("is what all rows say together, in whatever portions and however often they come", async () => {
      const value = fc.oneof(fc.double().map(String), fc.constantFrom("NaN", "inf", "x", "0x1p3", "1e-3", ""));
      const rows = fc.array(
        fc.record({
          value,
          seconds: fc.integer({ min: 0, max: 5 }),
          sequence: fc.nat(15),
          metric: fc.constantFrom("a", "b"),
        }),
        { minLength: 1, maxLength: 30 },
      );
      let run = 0;
      const property = fc.asyncProperty(rows, fc.array(fc.nat(30), { maxLength: 4 }), async (given, cuts) => {
        const [whole, parts] = [`whole-${run}`, `parts-${run++}`];
        const all = given.map(({ seconds, ...rest }) => row({ ...rest, time: at(seconds) }));
        await use().append(whole, all);
        let from = 0;
        for (const to of [...cuts, all.length].sort((a, b) => a - b)) {
          await use().append(parts, all.slice(Math.max(0, from - 3), to));
          from = to;
        }
        expect(await use().query(parts)).toEqual(await use().query(whole));
        expect(await use().summarize(parts)).toEqual(await use().summarize(whole));
        for (const { name, latest } of await use().summarize(whole)) {
          expect(latest).toBe((await use().query(whole, { metric: name })).at(-1)!.value);
        }
      });
      await fc.assert(property, { numRuns: 40 });
    });
  });
}

function describeDownsampling(use: () => ObservationStore): void {
  describe("downsample", () => {
    it("keeps first, last and the extremes of each metric, in order, and about as many rows as asked", async () => {
      const values = fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 300 });
      let run = 0;
      const property = fc.asyncProperty(values, fc.integer({ min: 1, max: 60 }), async (numbers, downsample) => {
        const uid = `run-${run++}`;
        const all = numbers.flatMap((number, i) => [
          row({ value: String(number), time: at(i) }),
          row({ value: String(-number), time: at(i), metric: "other" }),
        ]);
        await use().append(uid, all);
        const kept = await use().query(uid, { downsample });
        const positions = kept.map(({ sequence }) => all.findIndex((one) => one.sequence === sequence));
        expect([...positions].sort((a, b) => a - b)).toEqual(positions);
        for (const metric of ["loss", "other"]) {
          const of = (rows: readonly ObservationRow[]) => rows.filter((one) => one.metric === metric);
          const [before, after] = [of(all), of(kept)];
          expect(after.length).toBeLessThanOrEqual(Math.max(downsample, 4) + 2);
          expect([after[0], after.at(-1)]).toEqual([before[0], before.at(-1)]);
          const extremes = (rows: readonly ObservationRow[]) => {
            const own = rows.map(({ value }) => Number(value));
            return [Math.min(...own), Math.max(...own)];
          };
          expect(extremes(after)).toEqual(extremes(before));
        }
      });
      await fc.assert(property, { numRuns: 40 });
    });

    it("leaves few rows alone, and rows that are no numbers", async () => {
      const rows = Array.from({ length: 50 }, (_, i) => row({ value: "text", time: at(i) }));
      await use().append("t", rows);
      expect(await use().query("t", { downsample: 50 })).toEqual(rows);
      expect(await use().query("t", { downsample: 10 })).toEqual([rows[0], rows[49]]);
    });
  });
}
