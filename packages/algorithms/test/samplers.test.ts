import { describeSampler } from "@qalam/testing";
import { describe, expect, it } from "vitest";
import type { Algorithm } from "../src/index.ts";
import { checkSettings, createSearchSpace, findAlgorithm, pythonFloat, unsupportedFeatures } from "../src/index.ts";

const algorithm = (name: string) => findAlgorithm(name) as Algorithm;

describeSampler(algorithm("random"));
describeSampler(algorithm("grid"), {
  refuses: {
    mixed: "a continuous parameter has no grid",
    "hard ranges": "the same",
    distributions: "the same",
    "many dimensions": "the same",
  },
});
describeSampler(algorithm("sobol"), {
  refuses: { conditional: "a sequence over parameters that come and go fills nothing evenly" },
});

describe("sobol", () => {
  it("begins at the centre, as Katib's does (behaviour 6.8)", () => {
    const space = createSearchSpace([
      { name: "b", type: "double", min: 0, max: 2, distribution: "uniform" },
      { name: "a", type: "double", min: 0, max: 1, distribution: "uniform" },
    ]);
    const points = algorithm("sobol")
      .create({ space, directions: ["minimize"], settings: {}, seed: 1 })
      .ask(3, [])
      .suggestions.map(({ point }) => [...point]);
    // Dimensions go by the sorted names: a has the first, b the second.
    expect(points).toEqual([
      [1, 0.5],
      [0.5, 0.75],
      [1.5, 0.25],
    ]);
  });

  it("reaches both ends of an int range", () => {
    const space = createSearchSpace([{ name: "i", type: "int", min: 1, max: 4, distribution: "uniform" }]);
    const values = algorithm("sobol")
      .create({ space, directions: ["minimize"], settings: {}, seed: 1 })
      .ask(4, [])
      .suggestions.map(({ point }) => point[0]);
    expect([...values].sort()).toEqual([1, 2, 3, 4]);
  });
});

describe("random", () => {
  it("follows the distributions", () => {
    const space = createSearchSpace([
      { name: "log", type: "double", min: 1e-4, max: 1, distribution: "logUniform" },
      { name: "normal", type: "double", min: 0, max: 6, distribution: "normal" },
    ]);
    const { suggestions } = algorithm("random")
      .create({ space, directions: ["minimize"], settings: {}, seed: 3 })
      .ask(2000, []);
    const share = (test: (point: Float64Array) => boolean) =>
      suggestions.filter(({ point }) => test(point)).length / suggestions.length;
    expect(share((point) => (point[0] as number) < 1e-2)).toBeCloseTo(0.5, 1);
    expect(share((point) => Math.abs((point[1] as number) - 3) < 1)).toBeCloseTo(0.683, 1);
  });
});

describe("pythonFloat writes what Python's str writes (Katib behaviour 4.3)", () => {
  it.each([
    [0.1, "0.1"],
    [1, "1.0"],
    [1e-5, "1e-05"],
    [0.0001, "0.0001"],
    [1e16, "1e+16"],
    [123456789012345680, "1.2345678901234568e+17"],
    [0.1 + 0.2, "0.30000000000000004"],
    [-2.5e-7, "-2.5e-07"],
    [1e22, "1e+22"],
    [100, "100.0"],
    [1e-300, "1e-300"],
    [-0, "-0.0"],
  ])("%d", (value, text) => expect(pythonFloat(value)).toBe(text));
});

describe("settings", () => {
  const { settings } = algorithm("random");
  it("accepts declared ones", () =>
    expect(checkSettings("random", settings, [{ name: "random_state", value: "7" }])).toEqual([]));
  it.each([
    ["random_stat", "7", /unknown setting "random_stat".*random_state/],
    ["random_state", "-1", /at least 0/],
    ["random_state", "1.5", /whole number/],
    ["random_state", "", /whole number/],
  ])("refuses %s=%s", (name, value, words) =>
    expect(checkSettings("random", settings, [{ name, value }])[0]?.problem).toMatch(words),
  );
  it("names algorithms that can do what one cannot", () => {
    const space = createSearchSpace([
      { name: "a", type: "categorical", values: ["x", "y"] },
      { name: "b", type: "int", min: 1, max: 2, distribution: "uniform", activeWhen: [{ parameter: 0, indices: [0] }] },
    ]);
    expect(unsupportedFeatures(algorithm("sobol"), { space, directions: ["minimize"] })[0]).toMatch(
      /conditional parameters.*random/,
    );
  });
});
