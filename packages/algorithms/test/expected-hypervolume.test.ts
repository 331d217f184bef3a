import {
  createSearchSpace,
  dominates,
  exclusiveHypervolume,
  findAlgorithm,
  hypervolume,
  type Losses,
  type Sampler,
} from "@qalam/algorithms";
import { normalCdf, normalQuantile, randomStream, SobolSequence } from "@qalam/numeric";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BoxedRegion } from "../src/gp/boxed-region.ts";
import type { ImprovementRegion } from "../src/gp/improvement-region.ts";
import { SampledRegion } from "../src/gp/sampled-region.ts";
import { nonDominatedBoxes } from "../src/multi-objective/non-dominated-boxes.ts";

/** Cells of an integer grid, by the corner that is best in everything. */
function gridCells(reference: readonly number[]): number[][] {
  let cells: number[][] = [[]];
  for (const end of reference) cells = cells.flatMap((cell) => Array.from({ length: end }, (_, x) => [...cell, x]));
  return cells;
}

describe("non-dominated boxes", () => {
  it.each([2, 3, 4])("hold every cell that no row dominates once, and no other: %i objectives", (m) => {
    const reference = new Array<number>(m).fill(5);
    const row = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: m, maxLength: m });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 8 }), (rows) => {
        const boxes = nonDominatedBoxes(rows, reference);
        for (const cell of gridCells(reference)) {
          const holders = boxes.filter(({ low, high }) => cell.every((x, j) => low[j]! <= x && x < high[j]!)).length;
          const isTaken = rows.some((one) => one.every((loss, j) => loss <= cell[j]!));
          expect(holders).toBe(isTaken ? 0 : 1);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("are one more than the rows of a front of two objectives", () => {
    expect(nonDominatedBoxes([[3, 1], [1, 3], [2, 2]], [4, 4])).toHaveLength(4); // biome-ignore format: one front
  });
});

/** ∫∫ Φ·Φ over what two objectives' front leaves, by the midpoint rule. */
function integrated(front: readonly Losses[], reference: readonly number[], means: number[], deviations: number[]) {
  const [a = 0, b = 0] = reference;
  const step = 0.02;
  const low = -8;
  const probability = (y: number, j: number) => normalCdf((y - means[j]!) / deviations[j]!);
  let sum = 0;
  for (let x = low + step / 2; x < a; x += step) {
    const ofX = probability(x, 0);
    for (let y = low + step / 2; y < b; y += step)
      if (!front.some((row) => dominates(row, [x, y]))) sum += ofX * probability(y, 1);
  }
  return sum * step * step;
}

/** Mean improvement over quasi-random outcomes. */
function simulated(front: readonly Losses[], reference: readonly number[], means: number[], deviations: number[]) {
  const sequence = new SobolSequence(means.length, randomStream(7, "outcomes"));
  const count = 4096;
  let sum = 0;
  for (let s = 0; s < count; s++) {
    const outcome = sequence.point(s).map((u, j) => means[j]! + deviations[j]! * normalQuantile(u));
    if (outcome.every((loss, j) => loss < reference[j]!)) sum += exclusiveHypervolume(outcome, front, reference);
  }
  return sum / count;
}

const FRONT = [
  [0, 2],
  [1, 1],
  [2, 0],
];
const SOLID = [
  [0, 1, 2],
  [1, 0, 1],
  [2, 2, 0],
  [1, 1, 0.5],
];
const expectation = (region: ImprovementRegion, means: readonly number[], deviations: readonly number[]) =>
  region.logExpectation(Float64Array.from(means), Float64Array.from(deviations));

describe("expected hypervolume improvement in boxes", () => {
  it("is what one computes by hand: ψ(1)² − (ψ(1) − ψ(0))² beyond a front of one row at a standard normal outcome", () => {
    // ψ(1) = φ(1) + Φ(1) = 1.0833154706, ψ(0) = φ(0) = 0.3989422804.
    const region = new BoxedRegion([[0, 0]], [1, 1]);
    expect(Math.exp(expectation(region, [0, 0], [1, 1]))).toBeCloseTo(1.0833154706 ** 2 - 0.6843731902 ** 2, 8);
  });

  it.each([
    [
      [1, 1],
      [0.5, 0.5],
    ],
    [
      [0.2, 0.3],
      [0.1, 1],
    ],
    [
      [3, -1],
      [1, 0.4],
    ],
    [
      [5, 5],
      [1.5, 1],
    ],
  ])("is the integral: two objectives, means %j, deviations %j", (means, deviations) => {
    const region = new BoxedRegion(FRONT, [3, 3]);
    const wanted = integrated(FRONT, [3, 3], means, deviations);
    expect(Math.exp(expectation(region, means, deviations)) / wanted).toBeCloseTo(1, 2);
  });

  it("is the mean of simulated improvements: three objectives", () => {
    const region = new BoxedRegion(SOLID, [3, 3, 3]);
    for (const means of [
      [1, 1, 1],
      [0.5, 2, 0.2],
    ]) {
      const wanted = simulated(SOLID, [3, 3, 3], means, [0.5, 0.7, 0.3]);
      expect(Math.exp(expectation(region, means, [0.5, 0.7, 0.3])) / wanted).toBeCloseTo(1, 1);
    }
  });

  it("is the improvement itself where the outcome is known", () => {
    const known = exclusiveHypervolume([0.5, 0.25], FRONT, [3, 3]);
    expect(Math.exp(expectation(new BoxedRegion(FRONT, [3, 3]), [0.5, 0.25], [1e-9, 1e-9]))).toBeCloseTo(known, 6);
  });

  it("tells points apart that have hardly a chance", () => {
    const region = new BoxedRegion(FRONT, [3, 3]);
    const far = expectation(region, [80, 80], [1, 1]);
    expect(far).toBeLessThan(-5000);
    expect(expectation(region, [79, 80], [1, 1])).toBeGreaterThan(far + 50);
  });
});

describe("expected hypervolume improvement by samples", () => {
  it("is near the exact one, and ranks points alike", () => {
    const low = [-1, -1, -1];
    const exact = new BoxedRegion(SOLID, [3, 3, 3]);
    const region = new SampledRegion(SOLID, low, [3, 3, 3], randomStream(1, "goals"));
    const points = [
      [1, 1, 1],
      [0.5, 2, 0.2],
      [2.5, 2.5, 2.5],
      [0, 0.5, 1],
    ];
    const rank = (of: ImprovementRegion) =>
      points
        .map((means) => expectation(of, means, [0.3, 0.3, 0.3]))
        .map((one, _, all) => all.filter((x) => x > one).length);
    expect(rank(region)).toEqual(rank(exact));
    for (const means of points.slice(0, 2)) {
      const ratio = Math.exp(expectation(region, means, [0.3, 0.3, 0.3]) - expectation(exact, means, [0.3, 0.3, 0.3]));
      expect(ratio).toBeGreaterThan(0.7);
      expect(ratio).toBeLessThan(1.4);
    }
  });
});

/** Smaller x costs more; only one side of the diagonal is allowed, which cuts off the better half of the front's neighbourhood. */
function tradeOff([x = 0, y = 0, z = 0]: Float64Array) {
  const distance = 1 + 3 * y + 3 * z;
  return { values: [x, distance * (1 - Math.sqrt(x / distance))], constraints: [0.4 - x] };
}

describe("gp", () => {
  it("covers a front within an outcome constraint better than random search does", () => {
    const space = createSearchSpace(
      ["x", "y", "z"].map((name) => ({ name, type: "double", min: 0, max: 1, distribution: "uniform" })),
    );
    const play = (name: string, seed: number) => {
      const algorithm = findAlgorithm(name)!;
      const directions = ["minimize", "minimize"] as const;
      const sampler: Sampler = algorithm.create({ space, directions, constraints: 1, settings: {}, seed });
      const feasible: number[][] = [];
      for (let i = 0; i < 30; i++)
        for (const one of sampler.ask(1, []).suggestions) {
          const outcome = tradeOff(one.point);
          sampler.tell([{ ...one, state: "succeeded", ...outcome }]);
          if (outcome.constraints[0]! <= 0) feasible.push(outcome.values);
        }
      return { volume: hypervolume(feasible, [1, 4]), share: feasible.length / 30 };
    };
    const best = 4 * 0.6 - (0.6 - (2 / 3) * (1 - 0.4 ** 1.5));
    for (const seed of [1, 2]) {
      const ours = play("gp", seed);
      const random = play("random", seed);
      expect(best - ours.volume).toBeLessThan(0.3 * (best - random.volume));
      expect(ours.share).toBeGreaterThan(random.share);
    }
  });
});
