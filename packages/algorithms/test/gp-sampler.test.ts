import { createSearchSpace, findAlgorithm } from "@qalam/algorithms";
import { describe, expect, it } from "vitest";

const space = createSearchSpace(
  ["a", "b"].map((name) => ({ name, type: "double", min: 0, max: 1, distribution: "uniform" })),
);

describe("gp", () => {
  it("asks for a margin with every second suggestion from 20 results on, which moves it", () => {
    /** The suggestion after a grid of trials that are numbered from `first` on. */
    const after = (first: number, side = 5) => {
      const sampler = findAlgorithm("gp")!.create({ space, directions: ["minimize"], seed: 1, settings: {} });
      sampler.tell(
        Array.from({ length: side ** 2 }, (_, i) => {
          const [a, b] = [(i % side) / (side - 1), Math.floor(i / side) / (side - 1)];
          const loss = (a - 0.45) ** 2 + (b - 0.45) ** 2;
          return { id: first + i, point: Float64Array.of(a, b), state: "succeeded", values: [loss] };
        }),
      );
      return sampler.ask(1, []).suggestions[0]?.point[0] as number;
    };
    expect(after(2)).toBeCloseTo(after(0), 3);
    expect(after(3)).toBeCloseTo(after(1), 3);
    expect(Math.abs(after(1) - after(0))).toBeGreaterThan(0.004);
    expect(after(1, 4)).toBeCloseTo(after(0, 4), 3);
  });
});
