import { createSearchSpace, findAlgorithm } from "@qalam/algorithms";
import { SamplerRun, success } from "@qalam/testing";
import { describe, expect, it } from "vitest";

const space = createSearchSpace([
  { name: "x", type: "double", min: 0, max: 1, distribution: "uniform" },
  { name: "kind", type: "categorical", values: ["a", "b", "c", "d"] },
  { name: "epochs", type: "int", min: 1, max: 9, distribution: "uniform" },
]);
const start = (name: string, settings: Record<string, string> = {}, seed = 1) =>
  new SamplerRun(findAlgorithm(name)!, {
    space,
    directions: ["minimize"],
    settings: { resource_name: "epochs", ...settings },
    seed,
  });

describe.each([
  ["bohb", { sampler: "kde" }],
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
    expect(near.length / modelled.length).toBeGreaterThan(0.8);
  });

  it("begins with draws, until a resource has d + 2 results", () => {
    const run = start(name, settings).play(3, 1, () => success(1));
    expect(run.suggested.every(({ origin }) => origin?.includes("densities") !== true)).toBe(true);
  });
});

describe("gp as the source of new configurations", () => {
  const sampler = "gp";
  const byBoth = ({ point }: { point: Float64Array }) => success((point[0]! - 0.3) ** 2 + (point[1] === 2 ? 0 : 0.2));

  it("puts most of them near the best", () => {
    const run = start("asha", { sampler }).play(120, 1, byBoth);
    const late = run.suggested.slice(60).filter(({ parent }) => parent === undefined);
    const near = late.filter(({ point }) => Math.abs(point[0]! - 0.3) < 0.15 && point[1] === 2);
    // By chance it would be 7.5 %.
    expect(near.length / late.length).toBeGreaterThan(0.4);
    expect(late.some(({ origin }) => origin?.includes(sampler))).toBe(true);
  });

  it("draws at random until d + 2 configurations have finished", () => {
    const run = start("asha", { sampler }).play(3, 1, byBoth);
    expect(run.suggested.every(({ origin }) => origin?.includes("a random draw"))).toBe(true);
  });

  it("is not misled by short trials that say the reverse of what long ones say", () => {
    const modelled = [1, 2].flatMap((seed) =>
      start("bohb", { sampler }, seed)
        .play(90, 1, ({ point }) => success(point[2] === 9 ? (point[0]! - 0.2) ** 2 : 0.5 + (point[0]! - 0.9) ** 2))
        .suggested.slice(50)
        .filter(({ parent, origin }) => parent === undefined && origin?.includes("gp of")),
    );
    const near = (x: number) => modelled.filter(({ point }) => Math.abs(point[0]! - x) < 0.2).length / modelled.length;
    // By chance it would be 40 % and 30 %.
    expect(near(0.2)).toBeGreaterThan(0.75);
    expect(near(0.9)).toBeLessThan(0.05);
  });
});

describe("bohb", () => {
  it("learns from trials of an earlier experiment, those between two levels too", () => {
    const origins = (epochs: number) => {
      const run = start("bohb");
      run.tell(
        Array.from({ length: 12 }, (_, i) => ({
          id: -1 - i,
          point: Float64Array.from([i / 12, i % 4, epochs]),
          state: "succeeded" as const,
          values: [Math.abs(i / 12 - 0.3)],
        })),
      );
      return run.ask(9).filter(({ origin }) => origin?.includes("gp of ")).length;
    };
    expect(origins(9)).toBeGreaterThan(4);
    expect(origins(5)).toBeGreaterThan(4);
  });
});
