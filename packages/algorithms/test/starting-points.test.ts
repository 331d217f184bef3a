import { createSearchSpace, findAlgorithm, type SamplerOptions } from "@qalam/algorithms";
import { describe, expect, it } from "vitest";

const space = createSearchSpace([
  { name: "rate", type: "double", min: 1e-4, max: 1, distribution: "logUniform" },
  { name: "units", type: "int", min: 10, max: 20, distribution: "uniform" },
  { name: "batch", type: "discrete", values: ["64", "16", "32"] },
  { name: "optimizer", type: "categorical", values: ["sgd", "adam", "lion", "adamw"] },
]);

/** Texts of the first suggestions. */
function first(name: string, count: number, options: Partial<SamplerOptions> = {}): string[] {
  const sampler = findAlgorithm(name)!.create({ space, directions: ["minimize"], settings: {}, seed: 1, ...options });
  return sampler.ask(count, []).suggestions.map(({ point }) =>
    space
      .format(point)
      .map(({ value }) => value)
      .join(" "),
  );
}

describe.each(["gp", "auto", "bayesianoptimization", "turbo", "tpe", "multivariate-tpe", "evolution", "nsga2"])(
  "%s",
  (name) => {
    it("begins in the middle of every range, with any value of lists", () => {
      const texts = Array.from({ length: 20 }, (_, seed) => first(name, 1, { seed })[0] ?? "");
      for (const text of texts) expect(text).toMatch(/^0\.01\d* 15 32 /);
      expect(new Set(texts).size).toBe(4);
    });

    it("spreads the points after it", () => {
      const [middle, ...others] = first(name, 4);
      expect(new Set([middle, ...others]).size).toBe(4);
      for (const text of others) expect(text).not.toMatch(/^0\.01\d* 15 32 /);
    });

    it("begins with the user's points in place of the middle", () => {
      const own = space.decode(Float64Array.of(0.9, 0.9, 0.9, 0.9));
      const [text, ...others] = first(name, 4, { initialPoints: [own] });
      expect(text).toMatch(/^0\.398\d* 19 64 adamw$/);
      for (const other of others) expect(other).not.toMatch(/^0\.01\d* 15 32 /);
    });
  },
);
