import { createSearchSpace, findAlgorithm } from "@qalam/algorithms";
import { SamplerRun, success } from "@qalam/testing";
import { describe, expect, it } from "vitest";

const space = createSearchSpace([
  { name: "x", type: "double", min: 0, max: 1, distribution: "uniform" },
  { name: "kind", type: "categorical", values: ["a", "b", "c", "d"] },
  { name: "epochs", type: "int", min: 1, max: 9, distribution: "uniform" },
]);
const start = (name: string, settings: Record<string, string> = {}) =>
  new SamplerRun(findAlgorithm(name)!, {
    space,
    directions: ["minimize"],
    settings: { resource_name: "epochs", ...settings },
    seed: 1,
  });

describe.each([
  ["bohb", {}],
  ["asha", { sampler: "kde" }],
] as const)("%s with densities", (name, settings) => {
  it("draws a third of new configurations from the prior and the others near good ones", () => {
    const run = start(name, settings).play(300, 1, ({ point }) =>
      success((point[0]! - 0.3) ** 2 + (point[1] === 2 ? 0 : 0.2)),
    );
    const late = run.suggested.slice(150).filter(({ parent }) => parent === undefined);
    const modelled = late.filter(({ origin }) => origin?.includes("densities"));
    const share = modelled.length / late.length;
    expect(share).toBeGreaterThan(0.5);
    expect(share).toBeLessThan(0.85);
    const near = modelled.filter(({ point }) => Math.abs(point[0]! - 0.3) < 0.15 && point[1] === 2);
    // By chance it would be 7.5 %.
    expect(near.length / modelled.length).toBeGreaterThan(0.2);
  });

  it("begins with draws, until a resource has d + 2 results", () => {
    const run = start(name, settings).play(3, 1, () => success(1));
    expect(run.suggested.every(({ origin }) => origin?.includes("densities") !== true)).toBe(true);
  });
});
