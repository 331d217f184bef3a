import { describe, expect, it } from "vitest";
import { metricView } from "../src/format/metric-view.ts";
import { PlotData } from "../src/format/plot-series.ts";

const row = (i: number, value: string, step?: number) => ({
  metric: "loss",
  value,
  time: "2026-01-01T00:00:00Z",
  source: "log",
  sequence: i,
  ...(step !== undefined && { step }),
});

describe("the data of a plot", () => {
  it("stay few however many values come, with the ends and the extremes exact", () => {
    const data = new PlotData();
    const textAt = (i: number): string => (i === 70_001 ? "-5" : i === 123_457 ? "9" : String(Math.sin(i / 1000)));
    for (let i = 0; i < 200_000; i += 1000)
      data.add(Array.from({ length: 1000 }, (_, j) => row(i + j, textAt(i + j), 2 * (i + j))));
    const points = data.of("loss")?.points ?? [];
    expect(points.length).toBeLessThan(10_000);
    expect(points.length).toBeGreaterThan(1000);
    expect([points[0]?.x, points.at(-1)?.x]).toEqual([0, 399_998]);
    expect(points).toContainEqual({ x: 140_002, y: -5 });
    expect(points).toContainEqual({ x: 246_914, y: 9 });
    expect(metricView(["loss", "none"], data, { width: 60, height: 4 })).toMatch(
      /step 399998.*\n.*9 ┤[\s\S]*-5 ┤[\s\S]*none.*no value yet/,
    );
  });

  it("are over reports as soon as one has no step", () => {
    const data = new PlotData();
    data.add([row(0, "1", 10), row(1, "nan", 20)]);
    expect(data.of("loss")?.points).toEqual([
      { x: 10, y: 1 },
      { x: 20, y: Number.NaN },
    ]);
    data.add([row(2, "3")]);
    expect(data.of("loss")?.points.map(({ x }) => x)).toEqual([1, 2, 3]);
    expect(data.of("loss")?.areStepped).toBe(false);
  });
});
