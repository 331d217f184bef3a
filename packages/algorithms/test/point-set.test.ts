import { randomStream } from "@qalam/numeric";
import { describe, expect, it } from "vitest";
import { PointSet } from "../src/point-set.ts";

describe("a set of points", () => {
  it("knows points by their values", () => {
    const set = new PointSet();
    const point = Float64Array.of(0.1, -0, Number.NaN);
    set.add(point);
    set.add(Float64Array.of(0.1, 0, Number.NaN));
    expect(set.size).toBe(1);
    expect(set.has(Float64Array.of(0.1, 0, Number.NaN))).toBe(true);
    for (const other of [
      [0.1, 0, 0],
      [0.1, 0],
      [0.1 + Number.EPSILON, 0, Number.NaN],
      [0, 0.1, Number.NaN],
    ])
      expect(set.has(Float64Array.from(other))).toBe(false);
    point[0] = 7; // the set keeps values, not the array
    expect(set.has(Float64Array.of(0.1, 0, Number.NaN))).toBe(true);
    expect(set.has(point)).toBe(false);
  });

  it("agrees with a set of texts, on points that share values too", () => {
    const random = randomStream(1, "points");
    const set = new PointSet();
    const texts = new Set<string>();
    for (let i = 0; i < 20_000; i++) {
      const point = Float64Array.of(random.integer(60), random.integer(60) / 7, -random.integer(3));
      expect(set.has(point)).toBe(texts.has(point.join(",")));
      set.add(point);
      texts.add(point.join(","));
    }
    expect(set.size).toBe(texts.size);
  });
});
