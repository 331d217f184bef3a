import { createSearchSpace, type FinishedTrial, findAlgorithm } from "@qalam/algorithms";
import { randomStream } from "@qalam/numeric";
import { describe, expect, it } from "vitest";
import { thinnedRows } from "../src/gp/thinned-rows.ts";

const bayesianoptimization = findAlgorithm("bayesianoptimization")!;
const space = createSearchSpace(
  ["a", "b"].map((name) => ({ name, type: "double", min: 0, max: 1, distribution: "uniform" })),
);
const options = { space, directions: ["minimize" as const], seed: 3, settings: {} };

/** Trials of random points with a bowl as objective. */
function history(count: number): FinishedTrial[] {
  const random = randomStream(5, "history");
  return Array.from({ length: count }, (_, id) => {
    const point = Float64Array.of(random.uniform(), random.uniform());
    return { id, point, state: "succeeded", values: [(point[0]! - 0.3) ** 2 + (point[1]! - 0.6) ** 2] };
  });
}

describe("bayesianoptimization", () => {
  it("looks at a part of a long history, and goes on from a dump as if it had never stopped", () => {
    const trials = history(1250);
    const sampler = bayesianoptimization.create(options);
    const asked = [1190, 1210, 1250].map((told, i) => {
      const before = [0, 1190, 1210][i];
      sampler.tell(trials.slice(before, told));
      const state = sampler.dump();
      const resumed = bayesianoptimization.create({ ...options, state });
      resumed.tell(trials.slice(0, told));
      const [ours] = sampler.ask(1, []).suggestions;
      expect(resumed.ask(1, []).suggestions[0]).toEqual(ours);
      return ours?.point;
    });
    for (const point of asked) {
      expect(point?.[0]).toBeCloseTo(0.3, 1);
      expect(point?.[1]).toBeCloseTo(0.6, 1);
    }
  });

  it("begins with 4 points, then mostly takes expected improvement; written numbers of points are honoured", () => {
    const origins = (settings: Record<string, string>, told: number) => {
      const sampler = bayesianoptimization.create({ ...options, settings });
      sampler.tell(history(told));
      return sampler.ask(1, []).suggestions[0]?.origin;
    };
    expect(origins({}, 3)).toBe("bayesianoptimization: initial point");
    expect(origins({}, 4)).toBe("bayesianoptimization: GP, EI by gp_hedge");
    expect(origins({ n_initial_points: "10" }, 9)).toBe("bayesianoptimization: initial point");
    expect(origins({ n_initial_points: "10" }, 10)).toBe("bayesianoptimization: GP, EI by gp_hedge");
  });

  it("says which estimator has no gradient for lbfgs", () => {
    const settings = { base_estimator: "RF", acq_optimizer: "lbfgs" };
    expect(bayesianoptimization.check?.({ ...options, settings })).toEqual([
      "acq_optimizer lbfgs needs a gradient, which base_estimator RF has not; write sampling or auto",
    ]);
    expect(bayesianoptimization.check?.({ ...options, settings: { ...settings, base_estimator: "GP" } })).toEqual([]);
  });
});

describe("thinnedRows", () => {
  it("takes the best half and of the others every n-th by rank, in their order", () => {
    expect(thinnedRows(Float64Array.of(9, 0, 8, 1, 7, 2, 6, 3), 4)).toEqual([1, 3, 4, 5]);
  });

  it("takes all where there is room", () => {
    expect(thinnedRows(Float64Array.of(3, 1, 2), 4)).toEqual([0, 1, 2]);
  });
});
