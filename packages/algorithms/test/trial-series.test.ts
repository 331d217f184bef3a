import { TrialSeries } from "@qalam/algorithms";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

describe("a series of reports", () => {
  it("numbers reports without a step", () => {
    const series = new TrialSeries("a");
    for (const loss of [3, 2, 1]) series.add(loss, undefined);
    expect([series.steps, series.values]).toEqual([
      [1, 2, 3],
      [3, 2, 1],
    ]);
  });

  it("takes steps as they are named, drops steps that were passed, and takes NaN for the worst", () => {
    const series = new TrialSeries("a");
    const counted = [
      [5, 0],
      [Number.NaN, 1],
      [4, 1],
      [9, 2],
      [9, 0],
      [3, 10],
    ].map(([loss, step]) => series.add(loss ?? 0, step));
    expect(counted).toEqual([true, true, false, true, false, true]);
    expect([series.steps, series.values]).toEqual([
      [0, 1, 2, 10],
      [5, Number.POSITIVE_INFINITY, 9, 3],
    ]);
  });

  it("has rising steps whatever is reported", () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.double(), fc.option(fc.integer(), { nil: undefined }))), (reports) => {
        const series = new TrialSeries("a");
        for (const [loss, step] of reports) series.add(loss, step);
        expect(series.values.some(Number.isNaN)).toBe(false);
        expect(series.steps.length).toBe(series.values.length);
        for (let i = 1; i < series.steps.length; i++) expect(series.steps[i]).toBeGreaterThan(series.steps[i - 1] ?? 0);
      }),
    ));
});
