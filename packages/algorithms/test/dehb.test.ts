import { checkSettings, createSearchSpace, findAlgorithm, type Parameter } from "@qalam/algorithms";
import { randomStream } from "@qalam/numeric";
import { SamplerRun, success } from "@qalam/testing";
import { describe, expect, it } from "vitest";
import { crossover, mutate } from "../src/dehb/differential-evolution.ts";
import { populationSizes, rungSizes } from "../src/dehb/rung-sizes.ts";
import { Subpopulation } from "../src/dehb/subpopulation.ts";

const unit = (...values: number[]) => Float64Array.from(values);
const random = (...labels: string[]) => randomStream(1, ...labels);
const x: Parameter = { name: "x", type: "double", min: 0, max: 1, distribution: "uniform" };
const epochs = (max: number): Parameter => ({ name: "epochs", type: "int", min: 1, max, distribution: "uniform" });
const dehb = findAlgorithm("dehb")!;
function start(max: number, settings: Record<string, string> = {}, constraints = 0): SamplerRun {
  return new SamplerRun(dehb, {
    space: createSearchSpace([x, epochs(max)]),
    directions: ["minimize"],
    settings: { resource_name: "epochs", ...settings },
    seed: 1,
    constraints,
  });
}
const byX = ({ point }: { point: Float64Array }) => success(point[0]!);
const resourceOf = ({ point }: { point: Float64Array }) => point[1]!;

describe("differential evolution", () => {
  it("adds the scaled difference of two parents to a third", () => {
    const mutant = mutate(unit(0.5, 0.2, 0.9), unit(0.8, 0.6, 0.1), unit(0.4, 0.2, 0.3), 0.5, random());
    expect([...mutant].map((value) => value.toFixed(12))).toEqual([
      "0.700000000000",
      "0.400000000000",
      "0.800000000000",
    ]);
  });

  it("draws coordinates that leave the cube anew", () => {
    const outside = ["a", "b", "c"].map((label) => mutate(unit(0.9), unit(1), unit(0), 0.5, random(label))[0]!);
    for (const value of outside) expect(value >= 0 && value < 1).toBe(true);
    expect(new Set(outside).size).toBe(3);
    // On the border is inside.
    expect(mutate(unit(0.5), unit(1), unit(0), 0.5, random())[0]).toBe(1);
  });

  it("takes each coordinate from the mutant with the probability, and one for sure", () => {
    const [target, mutant] = [new Float64Array(1000), new Float64Array(1000).fill(1)];
    const taken = (probability: number) => crossover(target, mutant, probability, random()).reduce((a, b) => a + b);
    expect(taken(1)).toBe(1000);
    expect(taken(0)).toBe(1);
    // Four standard deviations.
    expect(Math.abs(taken(0.25) - 250)).toBeLessThan(55);
  });
});

describe("populations", () => {
  it("are as large as the most trials a bracket has there", () => {
    const levels = [1, 3, 9, 27, 81];
    expect(rungSizes({ levels, size: 81 }, 3)).toEqual([81, 27, 9, 3, 1]);
    expect(rungSizes({ levels: levels.slice(1), size: 34 }, 3)).toEqual([34, 11, 3, 1]);
    expect(populationSizes(levels, 3)).toEqual([81, 34, 15, 8, 5]);
    expect(populationSizes([4], 3)).toEqual([1]);
  });

  it("replace a target by a child that is no worse, in whatever order they are told", () => {
    const member = (id: number, loss: number) => ({ id, configuration: unit(id), keys: [0, 0, 0, 0, loss] });
    const told = [member(0, 3), member(1, 2), member(2, 4), member(3, 2)];
    for (const order of [told, [...told].reverse(), [told[1]!, told[3]!, told[0]!, told[2]!]]) {
      const population = new Subpopulation(2);
      for (const one of order) population.add(0, one);
      expect(population.at(0)?.id).toBe(3);
      expect(population.at(1)).toBeUndefined();
      population.add(1, member(4, 1));
      expect(population.ranked().map(({ id }) => id)).toEqual([4, 3]);
    }
  });
});

describe("dehb", () => {
  it("runs Hyperband's brackets over and over", () => {
    const run = start(9).play(33, 1, byX);
    const bracketOne = [...Array(5).fill(3), 9];
    expect(run.suggested.map(resourceOf)).toEqual([
      ...Array(9).fill(1),
      ...Array(3).fill(3),
      9,
      ...bracketOne,
      ...Array(3).fill(9),
      ...Array(9).fill(1),
      3,
      3,
    ]);
  });

  it("promotes in the first bracket and breeds after it", () => {
    const run = start(9).play(33, 1, byX);
    const first = run.suggested.slice(0, 9).sort((a, b) => a.point[0]! - b.point[0]!);
    const promoted = run.suggested.slice(9, 13);
    expect(promoted.map(({ parent }) => parent)).toEqual([first[0]?.id, first[1]?.id, first[2]?.id, promoted[0]?.id]);
    expect(promoted.map(({ point }) => point[0])).toEqual([0, 1, 2, 0].map((place) => first[place]?.point[0]));
    const later = run.suggested.slice(13);
    expect(later.every(({ parent, origin }) => parent === undefined && origin?.includes("mutant"))).toBe(true);
    expect(later.at(-1)?.origin).toContain("of less resource");
  });

  it("takes the parents at the upper rungs from the best of the resource below", () => {
    // Mutants are all but equal to their base, and children to their mutants.
    const run = start(27, { mutation_factor: "1e-4", crossover_prob: "1" }).play(69 + 27 + 9, 1, byX);
    const [before, children] = [run.suggested.slice(0, 96), run.suggested.slice(96)];
    const below = before.filter((trial) => resourceOf(trial) === 1).map(({ point }) => point[0]!);
    const bestOfPlaces = Array.from({ length: 27 }, (_, i) => Math.min(below[i]!, below[i + 27]!)).sort(
      (a, b) => a - b,
    );
    expect(children.map(resourceOf)).toEqual(Array(9).fill(3));
    for (const { point } of children)
      expect(bestOfPlaces.slice(0, 9).some((parent) => Math.abs(parent - point[0]!) < 2e-4)).toBe(true);
  });

  it("takes one of the best fifth of the parents as the base of a mutant", () => {
    // Nothing but the base is left of a mutant.
    const run = start(9, { mutation_factor: "1e-4", crossover_prob: "1" }).play(22 + 9, 1, byX);
    const [before, children] = [run.suggested.slice(0, 22), run.suggested.slice(22)];
    const below = before.filter((trial) => resourceOf(trial) === 1).map(({ point }) => point[0]!);
    const best = below.sort((a, b) => a - b).slice(0, 2);
    expect(children.map(resourceOf)).toEqual(Array(9).fill(1));
    // Two of nine; children that are better become the best themselves.
    for (const { point } of children)
      expect(Math.min(...best.map((one) => Math.abs(one - point[0]!)))).toBeLessThan(5e-4);
  });

  /** Short trials say the reverse of longer ones. */
  const misleading = (trial: { point: Float64Array }) =>
    success(resourceOf(trial) === 1 ? -trial.point[0]! : trial.point[0]!);

  it("passes over a resource that foretells nothing, unless the user has set it", () => {
    const late = (settings: Record<string, string>, outcome: typeof misleading) =>
      start(27, settings).play(200, 1, outcome).suggested.slice(100).map(resourceOf);
    expect(late({}, misleading)).not.toContain(1);
    expect(late({}, misleading)).toContain(27);
    expect(late({ min_resource: "1" }, misleading)).toContain(1);
    expect(late({}, byX)).toContain(1);
  });

  it("comes back to resources it passed over when nothing else is left", () => {
    const space = createSearchSpace([{ name: "x", type: "int", min: 1, max: 40, distribution: "uniform" }, epochs(27)]);
    const run = new SamplerRun(dehb, {
      space,
      directions: ["minimize"],
      settings: { resource_name: "epochs" },
      seed: 1,
    });
    run.play(40 * 4 + 1, 1, misleading);
    expect(run.isExhausted).toBe(true);
    expect(run.suggested).toHaveLength(40 * 4);
  });

  it("begins with children of the best of earlier experiments, between two resources too", () => {
    const run = start(9, { mutation_factor: "1e-4", crossover_prob: "1" });
    run.tell(
      Array.from({ length: 12 }, (_, i) => ({
        id: -1 - i,
        point: Float64Array.from([(i + 0.5) / 12, 5]),
        state: i === 0 ? ("failed" as const) : ("succeeded" as const),
        values: i === 0 ? [] : [i],
      })),
    );
    const first = run.ask(4);
    expect(first.map(resourceOf)).toEqual(Array(4).fill(1));
    // The base is the best one.
    for (const { point, origin } of first) {
      expect(Math.abs(point[0]! - 1.5 / 12)).toBeLessThan(1e-3);
      expect(origin).toContain("earlier experiments");
    }
  });

  it("draws at random when a population is all but one point", () => {
    const run = start(9, { mutation_factor: "1e-20", crossover_prob: "1" }).play(60, 1, () => success(1));
    expect(run.isExhausted).toBe(false);
    expect(new Set(run.suggested.filter((trial) => resourceOf(trial) === 1).map(({ point }) => point[0])).size).toBe(
      27,
    );
  });

  it("waits for nobody: other brackets begin while a rung is not whole", () => {
    const run = start(9);
    expect(run.ask(9).map(resourceOf)).toEqual(Array(9).fill(1));
    expect(run.ask(7).map(resourceOf)).toEqual([3, 3, 3, 3, 3, 9, 9]);
    // The rung becomes whole: its promotions come before anything new.
    run.finish(9, byX);
    expect(run.ask(4).map(resourceOf)).toEqual([3, 3, 3, 9]);
  });

  it("lets failed, stopped, infeasible and diverged trials count and go no further", () => {
    const run = start(9, {}, 1);
    run.ask(9);
    run.finish(9, ({ id }) => {
      if (id === 0) return { state: "failed", values: [] };
      if (id === 1) return { state: "early-stopped", values: [-5] };
      if (id === 2) return { state: "succeeded", values: [-4], constraints: [1] };
      return success([Number.NaN, Number.POSITIVE_INFINITY, 7, 6][id - 3] ?? Number.NaN);
    });
    const next = run.ask(3);
    expect(next.map(({ parent }) => parent)).toEqual([6, 5, undefined]);
    expect(next.map(resourceOf)).toEqual([3, 3, 3]);
  });

  it("makes again what was lost", () => {
    const run = start(9);
    run.ask(9);
    run.lose(2);
    run.finish(9, byX);
    expect(run.ask(3).map(resourceOf)).toEqual([1, 1, 3]);
  });

  it("checks its settings", () => {
    const problems = (name: string, value: string) =>
      checkSettings("dehb", dehb.settings, [
        { name: "resource_name", value: "epochs" },
        { name, value },
      ]).length;
    expect(problems("mutation_factor", "0.8")).toBe(0);
    expect(problems("mutation_factor", "0")).toBe(1);
    expect(problems("mutation_factor", "2.1")).toBe(1);
    expect(problems("crossover_prob", "1.5")).toBe(1);
    expect(problems("crossover_prob", "0")).toBe(0);
    expect(
      dehb.check!({
        space: createSearchSpace([x, epochs(9)]),
        directions: ["minimize"],
        settings: { resource_name: "epoch" },
      }),
    ).toEqual(['resource_name: there is no parameter "epoch"; the parameters are x, epochs']);
  });
});
