import {
  createSearchSpace,
  type FinishedTrial,
  findAlgorithm,
  type Point,
  type SamplerOptions,
} from "@qalam/algorithms";
import { randomStream } from "@qalam/numeric";
import { bowl, CONDITIONAL, MIXED, numericSpace, SamplerRun, success } from "@qalam/testing";
import { describe, expect, it } from "vitest";
import { type Centres, kernelsFor } from "../src/tpe/bandwidths.ts";
import { coordinateAt, type KernelAxis, kernelAxisOf, unitOf } from "../src/tpe/kernel-axis.ts";
import { KernelSpace } from "../src/tpe/kernel-space.ts";
import { type KernelTable, KernelTables, nodeOf } from "../src/tpe/kernel-tables.ts";
import { ParzenEstimator } from "../src/tpe/parzen-estimator.ts";
import { RankedHistory } from "../src/tpe/ranked-history.ts";
import { Spread } from "../src/tpe/spread.ts";

const random = randomStream(4, "tpe test");

/** An estimator at random points of a space. */
function estimatorOf(space: SamplerOptions["space"], count: number, weights?: Float64Array) {
  const kernelSpace = new KernelSpace(space);
  const { axes } = kernelSpace;
  const rows = new Float64Array(count * axes.length);
  for (let i = 0; i < count; i++) {
    const point = space.decode(Float64Array.from({ length: space.dimension }, () => random.uniform()));
    rows.set(kernelSpace.coordinatesOf(point), i * axes.length);
  }
  const centres = { rows, first: 0, count };
  const estimator = new ParzenEstimator(axes);
  const spread = new Spread(axes);
  spread.add(rows, 0, count);
  const kernels = kernelsFor(axes, new KernelTables(axes), { spread, count }, { factor: 1, prior: 1 });
  estimator.fit(centres, kernels, 1, weights);
  return { axes, estimator, kernelSpace, centres, kernels };
}

/** The mixture as it is defined, with all kernels and one prior, of the same weight. */
function directLogDensity(
  axes: readonly KernelAxis[],
  kernels: readonly KernelTable[],
  { rows, first, count }: Centres,
  point: Float64Array,
): number {
  const alongAxis = (axis: KernelAxis, d: number, centre: number, x: number) => {
    if (Number.isNaN(x)) return 0;
    if (Number.isNaN(centre)) return axis.kind === "continuous" ? 0 : axis.priorLogs[x]!;
    const { logs, bandwidth } = kernels[d]!;
    if (axis.kind !== "continuous") return logs[centre * axis.count + x]!;
    return logs[nodeOf(centre)]! - 0.5 * ((x - centre) / bandwidth) ** 2;
  };
  let total = 0;
  for (let i = -1; i < count; i++) {
    let log = 0;
    axes.forEach((axis, d) => {
      const centre = i < 0 ? Number.NaN : rows[(first + i) * axes.length + d]!;
      log += alongAxis(axis, d, centre, point[d]!);
    });
    total += Math.exp(log) / (count + 1);
  }
  return Math.log(total);
}

describe("the Parzen estimator", () => {
  it("has a density that sums to one: a continuous axis, cells and categories", () => {
    const space = createSearchSpace([
      { name: "x", type: "double", min: 0, max: 1, distribution: "uniform" },
      { name: "n", type: "int", min: 1, max: 9, distribution: "logUniform" },
      { name: "c", type: "categorical", values: ["a", "b", "c"] },
    ]);
    const { estimator } = estimatorOf(space, 7, new Float64Array([2, 2, 1, 1, 0.5, 0.25, 0.25]));
    let total = 0;
    for (let cell = 0; cell < 9; cell++)
      for (let category = 0; category < 3; category++)
        for (let k = 0; k < 400; k++)
          total += Math.exp(estimator.logDensity(new Float64Array([(k + 0.5) / 400, cell, category]))) / 400;
    // Bandwidths and normalising constants are tabulated.
    expect(total).toBeCloseTo(1, 2);
  });

  // In the first no trial has all coordinates, in the second every one.
  it.each([CONDITIONAL[0]!, MIXED])("has the density that its kernels and the prior add up to: $name", ({ space }) => {
    const { axes, kernelSpace, centres, kernels, estimator } = estimatorOf(space, 60);
    for (let i = 0; i < 200; i++) {
      const point = kernelSpace.coordinatesOf(
        space.decode(Float64Array.from({ length: space.dimension }, () => random.uniform())),
      );
      // Kernels that together make less than e⁻⁷ of the prior are left out.
      expect(estimator.logDensity(point)).toBeCloseTo(directLogDensity(axes, kernels, centres, point), 2);
    }
  });

  it("is the same grown by a centre as fitted to all of them", () => {
    const { axes, kernelSpace, centres, kernels, estimator } = estimatorOf(MIXED.space, 50);
    const grown = new ParzenEstimator(axes);
    grown.fit({ ...centres, count: 48 }, kernels, 1);
    grown.grow({ ...centres, count: 49 }, 1);
    grown.grow(centres, 1);
    for (let i = 0; i < 50; i++) {
      const point = kernelSpace.coordinatesOf(
        MIXED.space.decode(Float64Array.from({ length: MIXED.space.dimension }, () => random.uniform())),
      );
      expect(grown.logDensity(point)).toBe(estimator.logDensity(point));
    }
  });

  it("draws from its own density", () => {
    const { estimator } = estimatorOf(
      createSearchSpace([{ name: "n", type: "int", min: 0, max: 5, distribution: "uniform" }]),
      4,
    );
    const counts = new Float64Array(6);
    const draws = 20_000;
    for (let i = 0; i < draws; i++) {
      const cell = estimator.drawAlong(0, estimator.drawKernel(random), random);
      counts[cell] = counts[cell]! + 1;
    }
    counts.forEach((count, cell) => {
      const share = Math.exp(estimator.logDensity(new Float64Array([cell])));
      expect(Math.abs(count / draws - share)).toBeLessThan(5 * Math.sqrt(share / draws));
    });
  });

  it("gives a value above the limit when it stops early, and the exact one otherwise", () => {
    const { estimator, kernelSpace } = estimatorOf(MIXED.space, 200);
    for (let i = 0; i < 50; i++) {
      const unit = Float64Array.from({ length: MIXED.space.dimension }, () => random.uniform());
      const coordinates = kernelSpace.coordinatesOf(MIXED.space.decode(unit));
      const exact = estimator.logDensity(coordinates);
      expect(estimator.logDensity(coordinates, exact - 1)).toBeGreaterThanOrEqual(exact - 1);
      expect(estimator.logDensity(coordinates, exact + 1)).toBe(exact);
    }
  });

  it("takes points of any branch of a conditional space", () => {
    const { estimator, kernelSpace } = estimatorOf(CONDITIONAL[0]!.space, 30);
    const coordinates = kernelSpace.coordinatesOf(CONDITIONAL[0]!.space.decode(new Float64Array(6).fill(0.1)));
    expect(coordinates.some(Number.isNaN)).toBe(true);
    expect(Number.isFinite(estimator.logDensity(coordinates))).toBe(true);
  });
});

it("coordinates of cells and categories go to the unit axis and back", () => {
  for (const i of [4, 5, 7, 8]) {
    const axis = kernelAxisOf(MIXED.space, i);
    for (let k = 0; k < MIXED.space.counts[i]!; k++) expect(coordinateAt(axis, unitOf(axis, k))).toBe(k);
  }
});

describe("the spread of kernel coordinates", () => {
  const spreadOf = (some: Float64Array) => {
    const spread = new Spread([{ kind: "continuous" }]);
    spread.add(some, 0, some.length);
    return spread;
  };

  it("is the deviation, with the prior as a further row", () => {
    expect(spreadOf(Float64Array.of(0.2, 0.2, 0.2)).deviations(0)[0]).toBeLessThan(1e-6);
    expect(spreadOf(Float64Array.of(0.2, 0.6, Number.NaN)).deviations(0)[0]).toBeCloseTo(0.2, 9);
    expect(spreadOf(new Float64Array(0)).deviations(1)[0]).toBeCloseTo(Math.sqrt(1 / 12), 9);
  });

  it("is exactly the same in any order, and after rows have come and gone", () => {
    const some = Float64Array.from({ length: 1000 }, () => random.uniform() ** 4);
    const [gone, rest] = [some.subarray(0, 300), some.subarray(300)];
    const expected = spreadOf(rest.slice().reverse()).deviations(0.1);
    expect(spreadOf(some).without(spreadOf(gone)).deviations(0.1)).toEqual(expected);
  });
});

describe("the ranked history", () => {
  const trial = (id: number, more: Partial<FinishedTrial>): FinishedTrial => ({
    id,
    point: new Float64Array([id]),
    state: "succeeded",
    values: [id],
    ...more,
  });
  const order = (trials: readonly FinishedTrial[], directions: SamplerOptions["directions"], good = 1) => {
    const history = new RankedHistory(directions, [{ kind: "continuous" }]);
    for (const one of trials) history.add(one, Float64Array.from(one.point));
    return [...history.rows(good, 0).slice(0, trials.length)];
  };

  it("ranks values, then stopped trials by step and value, then infeasible ones by violation, then failures", () => {
    const stopped = (id: number, step: number, value: number) =>
      trial(id, { state: "early-stopped", values: [value], intermediate: [[step, value]] });
    const trials = [
      trial(0, { state: "failed", values: [] }),
      trial(1, { values: [-9], constraints: [2] }),
      trial(2, { values: [5], constraints: [0.5, -1] }),
      stopped(3, 4, -5),
      stopped(4, 9, 7),
      stopped(5, 9, 6),
      trial(6, { values: [Number.NaN] }),
      trial(7, { values: [3] }),
      trial(8, { values: [2] }),
    ];
    expect(order(trials, ["minimize"])).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0]);
    expect(order([...trials].reverse(), ["minimize"])).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0]);
  });

  it("ranks several objectives by front, and cuts a front where it covers most", () => {
    const front = [
      [0, 10],
      [4.9, 5.1],
      [5, 5],
      [10, 0],
      [11, 11],
    ].map((values, id) => trial(id, { values }));
    const first = order(front, ["minimize", "minimize"], 1);
    expect(first[0]).toBe(2);
    expect(first[4]).toBe(4);
    expect(order([...front].reverse(), ["minimize", "minimize"], 1)).toEqual(first);
  });
});

describe("tpe", () => {
  const play = (name: string, settings: Record<string, string>, batch = 1) => {
    const space = numericSpace(4);
    return new SamplerRun(findAlgorithm(name)!, { space, directions: ["minimize"], settings, seed: 2 }).play(
      40 / batch,
      batch,
      ({ point }) => success(bowl(point, space.counts, space)),
    );
  };
  const points = (run: SamplerRun) => run.suggested.map(({ point }) => point.join());

  it.each(["gamma", "prior_weight", "n_EI_candidates", "n_startup_trials", "random_state"])("heeds %s", (name) => {
    const value = { gamma: "0.5", prior_weight: "3", n_EI_candidates: "3", n_startup_trials: "4", random_state: "8" }[
      name
    ]!;
    expect(points(play("tpe", { [name]: value }))).not.toEqual(points(play("tpe", {})));
  });

  it("takes the candidates' number in both spellings, but not in both at once", () => {
    expect(points(play("tpe", { n_ei_candidates: "7" }))).toEqual(points(play("tpe", { n_EI_candidates: "7" })));
    const settings = { n_ei_candidates: "7", n_EI_candidates: "7" };
    const problems = findAlgorithm("tpe")!.check!({ space: MIXED.space, directions: ["minimize"], settings });
    expect(problems).toEqual(["n_EI_candidates and n_ei_candidates are the same setting: give one of them"]);
  });

  it("keeps the trials of a batch apart", () => {
    const apart = (point: Point, other: Point) => Math.hypot(...point.map((x, i) => x - other[i]!));
    const last = play("multivariate-tpe", {}, 8).suggested.slice(-8);
    for (const { id, point } of last)
      for (const other of last) if (other.id < id) expect(apart(point, other.point)).toBeGreaterThan(0.05);
  });
});
