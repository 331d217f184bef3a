import type { ObjectiveSpec } from "@qalam/api";
import { MemoryObservationStore } from "@qalam/store/memory";
import { describe, expect, it } from "vitest";
import { LearningCurves, MOST_POINTS } from "../src/suggestion/learning-curves.ts";
import { trial } from "./builders.ts";

const stopped = trial(1, "EarlyStopped");

async function curveOf(
  reports: readonly (readonly [value: string, step?: number])[],
  type: ObjectiveSpec["type"] = "minimize",
) {
  const observations = new MemoryObservationStore();
  const rows = reports.map(([value, step], sequence) => ({
    metric: "loss",
    value,
    time: "2026-01-01T00:00:00Z",
    source: "log",
    sequence,
    ...(step !== undefined && { step }),
  }));
  await observations.append("u1", [...rows, { ...rows[0]!, metric: "other" }]);
  const curves = new LearningCurves(observations, { objectiveMetricName: "loss", type });
  await curves.read([stopped, trial(2, "Succeeded")]);
  expect(curves.of(trial(2, "Succeeded"))).toBeUndefined();
  return curves.of(stopped);
}

describe("the learning curve of an early-stopped trial", () => {
  it("has the steps of its reports, else their numbers, and no text", async () => {
    expect(
      await curveOf([
        ["3", 5],
        ["2", 5],
        ["none", 6],
        ["1", 7],
      ]),
    ).toEqual([
      [5, 3],
      [7, 1],
    ]);
    expect(await curveOf([["3"], ["none"], ["2"], ["1"]])).toEqual([
      [1, 3],
      [2, 2],
      [3, 1],
    ]);
  });

  it("has the worst value there is where a report was NaN", async () => {
    expect(await curveOf([["1"], ["nan"]])).toEqual([
      [1, 1],
      [2, Number.POSITIVE_INFINITY],
    ]);
    expect(await curveOf([["1"], ["nan"]], "maximize")).toEqual([
      [1, 1],
      [2, Number.NEGATIVE_INFINITY],
    ]);
  });

  it("is thinned to a bounded number of points, the first and the last among them", async () => {
    const curve = await curveOf(Array.from({ length: 1000 }, (_, i) => [String(i), 2 * i + 1] as const));
    expect(curve).toHaveLength(MOST_POINTS);
    expect([curve?.[0], curve?.at(-1)]).toEqual([
      [1, 0],
      [1999, 999],
    ]);
    const long = await curveOf(Array.from({ length: 20_000 }, (_, i) => [String(i), i + 1] as const));
    expect(long).toHaveLength(MOST_POINTS);
    expect(long?.at(-1)).toEqual([20_000, 19_999]);
    for (const [i, [step]] of long?.entries() ?? [])
      expect(Math.abs(step - (i * 20_000) / (MOST_POINTS - 1))).toBeLessThan(40);
    expect(curve?.map(([step]) => step)).toEqual([...new Set(curve?.map(([step]) => step))].sort((a, b) => a - b));
  });
});
