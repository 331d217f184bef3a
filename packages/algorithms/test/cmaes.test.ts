import { createSearchSpace, type FinishedTrial, findAlgorithm, type SuggestedTrial } from "@qalam/algorithms";
import { normalCdf, randomStream } from "@qalam/numeric";
import { numericSpace, SamplerRun, success } from "@qalam/testing";
import { describe, expect, it } from "vitest";

const cmaes = findAlgorithm("cmaes")!;

/** Best value after a number of sequential trials. */
function bestAfter(
  trials: number,
  space: Parameters<typeof cmaes.create>[0]["space"],
  objective: (point: Float64Array) => number,
  { settings = {}, algorithm = cmaes, seed = 3 } = {},
): number {
  const run = new SamplerRun(algorithm, { space, directions: ["minimize"], settings, seed });
  run.play(trials, 1, ({ point }) => success(objective(point)));
  return Math.min(...run.finished.map(({ values }) => values[0]!));
}

const sphere = (x: Float64Array) => x.reduce((sum, value) => sum + (value - 1) ** 2, 0);
const ellipsoid = (x: Float64Array) =>
  x.reduce((sum, value, i) => sum + 10 ** ((6 * i) / (x.length - 1)) * (value - 1) ** 2, 0);
const rosenbrock = (x: Float64Array) => {
  let sum = 0;
  for (let i = 0; i + 1 < x.length; i++) sum += 100 * (x[i + 1]! - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2;
  return sum;
};
const rastrigin = (x: Float64Array) =>
  x.reduce((sum, value) => sum + (value - 1) ** 2 + 10 * (1 - Math.cos(2 * Math.PI * (value - 1))), 0);

describe("cmaes", () => {
  it.each([
    ["a sphere", sphere, 800],
    ["an ellipsoid of condition 10⁶", ellipsoid, 2400],
    ["Rosenbrock's valley", rosenbrock, 2400],
  ])("finds the minimum of %s", (_name, objective, trials) => {
    const bests = [1, 2, 3, 4].map((seed) => bestAfter(trials, numericSpace(5), objective, { seed }));
    // Rosenbrock's valley has a local minimum of 3.93 besides.
    expect(bests.filter((best) => best < 1e-8).length).toBeGreaterThanOrEqual(3);
  });

  it.each(["ipop", "bipop"])("leaves local minima by restarts: %s", (restart_strategy) => {
    const solved = (settings: Record<string, string>) =>
      [1, 2, 3, 4].filter((seed) => bestAfter(12_000, numericSpace(3), rastrigin, { settings, seed }) < 1e-3).length;
    expect(solved({})).toBeLessThan(2);
    expect(solved({ restart_strategy })).toBeGreaterThan(2);
  });

  it("does not freeze whole numbers", () => {
    const space = createSearchSpace([
      ...Array.from({ length: 3 }, (_, i) => ({
        name: `n${i}`,
        type: "int" as const,
        min: 0,
        max: 20,
        distribution: "uniform" as const,
      })),
      ...numericSpace(3).parameters,
    ]);
    const objective = (point: Float64Array) =>
      point.slice(0, 3).reduce((sum, value) => sum + (value - 17) ** 2, 0) + 1e-3 * sphere(point.slice(3));
    for (const seed of [1, 2, 3, 4]) expect(bestAfter(600, space, objective, { seed })).toBeLessThan(1e-3);
  });

  it("is better than random search on categories", () => {
    const space = createSearchSpace(
      Array.from({ length: 10 }, (_, i) => ({
        name: `c${i}`,
        type: "categorical" as const,
        values: ["a", "b", "c", "d", "e"],
      })),
    );
    const objective = (point: Float64Array) => point.reduce((sum, value, i) => sum + (value === i % 5 ? 0 : 1), 0);
    const mean = (algorithm: typeof cmaes) =>
      [1, 2, 3, 4, 5].reduce((sum, seed) => sum + bestAfter(150, space, objective, { algorithm, seed }) / 5, 0);
    expect(mean(cmaes)).toBeLessThan(mean(findAlgorithm("random")!) - 1.5);
  });

  it("spreads its first draws evenly over the distribution", () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const run = new SamplerRun(cmaes, { space: numericSpace(3), directions: ["minimize"], settings: {}, seed });
      const units = run.ask(9).map(({ point }) => numericSpace(3).encode(point));
      for (let i = 0; i < 3; i++) {
        const quarters = units.map((unit) => Math.floor(4 * normalCdf((unit[i]! - 0.5) / 0.2)));
        expect(new Set(quarters).size).toBe(4);
      }
    }
  });

  it("takes sigma in units of the narrowest range", () => {
    const spread = (sigma: string) => {
      const run = new SamplerRun(cmaes, {
        space: numericSpace(4),
        directions: ["minimize"],
        settings: { sigma },
        seed: 1,
      });
      return Math.max(...run.ask(6).flatMap(({ point }) => [...point].map(Math.abs)));
    };
    expect(spread("0.01")).toBeLessThan(0.05);
    expect(spread("-1")).toBeCloseTo(spread(`${10 / 5}`), 9);
  });

  it("works its distribution out again from trials that ended in any order, some of them late or never", () => {
    const options = { space: numericSpace(4), directions: ["minimize"] as const, settings: {}, seed: 7 };
    const random = randomStream(1, "order");
    let sampler = cmaes.create(options);
    let pending: SuggestedTrial[] = [];
    const told: FinishedTrial[] = [];
    for (let round = 0; round < 150; round++) {
      const untold: FinishedTrial[] = [];
      for (const trial of pending.slice(1)) {
        if (random.uniform() < 0.5) continue;
        pending = pending.filter((one) => one !== trial);
        const failed = random.uniform() < 0.1;
        untold.push({ ...trial, ...(failed ? { state: "failed", values: [] } : success(sphere(trial.point))) });
      }
      const state = JSON.parse(JSON.stringify(sampler.dump()));
      const loaded = cmaes.create({ ...options, state });
      sampler.tell(untold);
      told.push(...untold);
      loaded.tell([...told].reverse());
      const { suggestions } = sampler.ask(3, pending);
      expect(loaded.ask(3, pending).suggestions).toEqual(suggestions);
      expect(loaded.dump()).toEqual(sampler.dump());
      pending = [...pending, ...suggestions];
      if (round % 2 === 0) sampler = loaded;
    }
    expect(Math.min(...told.map(({ values: [value = 9] }) => value))).toBeLessThan(1e-3);
  });
});
