import { ALGORITHMS, checkSettings, createSearchSpace, findAlgorithm, unsupportedFeatures } from "@qalam/algorithms";
import { CONDITIONAL, CONSTRAINED, MIXED } from "@qalam/testing";
import { describe, expect, it } from "vitest";

const check = (name: string, settings: Record<string, string>) =>
  checkSettings(
    name,
    findAlgorithm(name)!.settings,
    Object.entries(settings).map(([key, value]) => ({ name: key, value })),
  ).map(({ problem }) => problem);

describe("the registry", () => {
  it("has each algorithm once, with a source and defaults that are accepted", () => {
    expect(new Set(ALGORITHMS.map(({ name }) => name)).size).toBe(ALGORITHMS.length);
    for (const { name, settings, summary } of ALGORITHMS) {
      expect(summary).not.toBe("");
      const defaults = settings.flatMap((spec) => (spec.default === undefined ? [] : [[spec.name, spec.default]]));
      const missing = settings.flatMap((spec) =>
        spec.required === true ? [expect.stringContaining("is required")] : [],
      );
      expect(check(name, Object.fromEntries(defaults))).toEqual(missing);
      for (const { description } of settings) expect(description).not.toBe("");
    }
  });

  it("knows no others", () => {
    expect(findAlgorithm("bayes")).toBeUndefined();
  });

  it("says what is wrong with settings and what is accepted", () => {
    expect(check("sobol", { random_state: "-1", scrambled: "true", scramble: "maybe" })).toEqual([
      "random_state: must be at least 0, found -1",
      'unknown setting "scrambled" for algorithm sobol; accepted: random_state, scramble',
      'scramble: expected true or false, found "maybe"',
    ]);
    expect(check("random", { random_state: "1.5" })).toEqual(['random_state: expected a whole number, found "1.5"']);
  });

  it("says what an algorithm cannot do and which can", () => {
    const problems = (name: string, options: Partial<Parameters<typeof unsupportedFeatures>[1]>) =>
      unsupportedFeatures(findAlgorithm(name)!, { space: MIXED.space, directions: ["minimize"], ...options });
    expect(problems("sobol", { space: CONDITIONAL[0]!.space })[0]).toMatch(
      /^sobol does not support conditional parameters \(activeWhen\); algorithms that can: .*random/,
    );
    expect(problems("random", { space: CONSTRAINED[0]!.space, directions: ["minimize", "maximize"] })).toEqual([]);
  });
});

describe("grid", () => {
  const { check: problemsOf } = findAlgorithm("grid")!;
  it("wants steps for doubles", () => {
    const space = createSearchSpace([{ name: "lr", type: "double", min: 0, max: 1, distribution: "uniform" }]);
    expect(problemsOf?.({ space, directions: ["minimize"], settings: {} })).toEqual([
      "grid needs a step for every double parameter: add feasibleSpace.step to lr",
    ]);
  });
});

describe("sobol", () => {
  const space = createSearchSpace(
    ["b", "a"].map((name) => ({ name, type: "double", min: 0, max: 8, distribution: "uniform" })),
  );
  const points = (settings: Record<string, string>, seed = 3) =>
    findAlgorithm("sobol")!
      .create({ space, directions: ["minimize"], settings, seed })
      .ask(4, [])
      .suggestions.map(({ point }) => Array.from(point));

  it("starts at the centre and goes on as Katib does when not scrambled, over the names in order", () => {
    expect(points({ scramble: "false" })).toEqual([
      [4, 4],
      [2, 6],
      [6, 2],
      [3, 3],
    ]);
  });
  it("takes its scramble from random_state before the experiment's own seed", () => {
    expect(points({ random_state: "3" }, 1)).toEqual(points({}, 3));
    expect(points({}, 1)).not.toEqual(points({}, 2));
  });
});
