import { createSearchSpace, type FinishedTrial, findAlgorithm, type Parameter, type Point } from "@qalam/algorithms";
import { randomStream } from "@qalam/numeric";
import { describe, expect, it } from "vitest";
import { FeatureSpace } from "../src/gp/feature-space.ts";
import { FunctionDraw } from "../src/gp/function-draw.ts";
import { Posterior } from "../src/gp/posterior.ts";
import { isCounted, NONE_COUNTED, withCounted } from "../src/turbo/counted-trials.ts";
import { regionBox, regionCandidates } from "../src/turbo/region-box.ts";
import { TrustRegion } from "../src/turbo/trust-region.ts";

const RULES = { initial: 0.8, largest: 1.6, least: 2 ** -7, successes: 3, failures: 4 };

const double = (name: string): Parameter => ({ name, type: "double", min: 0, max: 1, distribution: "uniform" });

describe("a trust region", () => {
  it("doubles after three rounds of improvement in a row, up to the largest length", () => {
    const region = new TrustRegion(RULES);
    const lengths = [9, 8, 7, 6, 5, 4].map((loss) => {
      region.count([10, loss + 1], [loss]);
      return region.length;
    });
    expect(lengths).toEqual([0.8, 0.8, 1.6, 1.6, 1.6, 1.6]);
  });

  it("halves after as many trials without improvement as its tolerance, however they came in", () => {
    const one = new TrustRegion(RULES);
    for (let i = 0; i < 4; i++) one.count([1, 2], [3]);
    expect(one.dump()).toEqual({ length: 0.4, successes: 0, failures: 0 });
    const batches = new TrustRegion(RULES);
    batches.count([1, 2], [3, 3, 3]);
    expect(batches.dump()).toEqual({ length: 0.8, successes: 0, failures: 3 });
    batches.count([1, 2], [3, Number.POSITIVE_INFINITY]);
    expect(batches.length).toBe(0.4);
  });

  it("begins to count again after a success, and after a failure", () => {
    const region = new TrustRegion(RULES);
    region.count([2, 3], [4, 4, 4]);
    region.count([2, 3], [9, 1]);
    expect(region.dump()).toEqual({ length: 0.8, successes: 1, failures: 0 });
    region.count([1, 2, 3], [4]);
    expect(region.dump()).toEqual({ length: 0.8, successes: 0, failures: 1 });
  });

  it("takes for an improvement what is better by a thousandth of the way from best to median", () => {
    const successes = (loss: number) => {
      const region = new TrustRegion(RULES);
      region.count([100, 110, 150], [loss]);
      return region.dump().successes;
    };
    expect([successes(99.991), successes(99.989)]).toEqual([0, 1]);
  });

  it("counts no loss that is not a number, and any loss where there was none", () => {
    const region = new TrustRegion(RULES);
    region.count([Number.POSITIVE_INFINITY], [Number.POSITIVE_INFINITY]);
    expect(region.dump().failures).toBe(1);
    region.count([Number.POSITIVE_INFINITY], [5]);
    expect(region.dump().successes).toBe(1);
  });

  it("has collapsed after seven halvings, and goes on from what it dumped", () => {
    let region = new TrustRegion(RULES);
    for (let i = 0; i < 7; i++) {
      expect(region.isCollapsed).toBe(false);
      region.count([1], [2, 2, 2, 2]);
      region = new TrustRegion(RULES, region.dump());
    }
    expect(region.length).toBe(0.8 / 128);
    expect(region.isCollapsed).toBe(true);
  });
});

describe("the box of a region", () => {
  const plane = new FeatureSpace(createSearchSpace([double("x"), double("y")]));

  it("is as long as the length where all length scales are the same, cut at the cube", () => {
    const { low, high } = regionBox(plane, Float64Array.of(0.5, 0.1), 0.4, new Float64Array(4));
    expect([...low, ...high].map((side) => side.toFixed(12))).toEqual(
      [0.3, 0, 0.7, 0.3].map((side) => side.toFixed(12)),
    );
  });

  it("is stretched along features with long length scales, at the same volume", () => {
    // ℓ = 1 and 1/4: sides 0.2·2 and 0.2/2 around their geometric mean 1/2.
    const parameters = Float64Array.of(0, 2 * Math.log(4), 0, 0);
    const { low, high } = regionBox(plane, Float64Array.of(0.5, 0.5), 0.2, parameters);
    expect(high[0]! - low[0]!).toBeCloseTo(0.4, 12);
    expect(high[1]! - low[1]!).toBeCloseTo(0.1, 12);
  });

  it("reaches the neighbouring cells however short it is", () => {
    const space = new FeatureSpace(
      createSearchSpace([{ name: "n", type: "int", min: 1, max: 10, distribution: "uniform" }]),
    );
    const centre = space.encode(Float64Array.of(5));
    const box = regionBox(space, centre, 0.001, new Float64Array(3));
    const random = randomStream(1, "cells");
    const points = regionCandidates(space, box, centre, { length: 0.001, count: 200 }, random);
    const values = new Set(points.map((point) => space.decode(point)[0]!));
    expect([...values].sort()).toEqual([4, 5, 6]);
  });
});

describe("candidates of a region", () => {
  it("move 20 of many features on average, at least one, all within the box", () => {
    const space = new FeatureSpace(createSearchSpace(Array.from({ length: 100 }, (_, i) => double(`x${i}`))));
    const centre = new Float64Array(100).fill(0.5);
    const box = regionBox(space, centre, 0.2, new Float64Array(102));
    const points = regionCandidates(space, box, centre, { length: 0.2, count: 500 }, randomStream(1, "mask"));
    const moved = points.map((point) => point.reduce((sum, x) => sum + (x === 0.5 ? 0 : 1), 0));
    expect(moved.reduce((sum, count) => sum + count, 0) / points.length).toBeCloseTo(20.8, -0.5);
    expect(Math.min(...moved)).toBeGreaterThan(0);
    for (const point of points) for (const x of point) expect(Math.abs(x - 0.5)).toBeLessThanOrEqual(0.1 + 1e-12);
  });

  it("leave categories alone the more the shorter the region is", () => {
    const category = (name: string): Parameter => ({ name, type: "categorical", values: ["a", "b", "c", "d"] });
    const space = new FeatureSpace(createSearchSpace(["p", "q", "r", "s", "t"].map(category)));
    const centre = new Float64Array(5);
    const share = (length: number) => {
      const random = randomStream(2, "categories");
      const points = regionCandidates(
        space,
        regionBox(space, centre, length, new Float64Array(7)),
        centre,
        { length, count: 400 },
        random,
      );
      return (
        points.reduce((sum, point) => sum + point.reduce((own, x) => own + (x === 0 ? 0 : 1), 0), 0) / points.length
      );
    };
    expect(share(1.6)).toBeGreaterThan(3);
    expect(share(0.01)).toBeLessThan(1);
  });

  it("satisfy constraints between parameters", () => {
    const sum = { coefficients: [0, 1].map((parameter) => ({ parameter, coefficient: 1 })), bound: 0.1 };
    const space = new FeatureSpace(createSearchSpace([double("x"), double("y")], [sum]));
    const centre = Float64Array.of(0.02, 0.03);
    const box = regionBox(space, centre, 0.8, new Float64Array(4));
    const points = regionCandidates(space, box, centre, { length: 0.8, count: 100 }, randomStream(1, "thin"));
    expect(points.length).toBeGreaterThan(60);
    for (const [x = 0, y = 0] of points) expect(x + y).toBeLessThanOrEqual(0.1);
  });
});

describe("a drawn function, upside down", () => {
  const space = new FeatureSpace(
    createSearchSpace([double("x"), double("y"), { name: "c", type: "categorical", values: ["a", "b", "c"] }]),
  );
  const random = randomStream(5, "draws");
  const row = () => Float64Array.of(random.uniform(), random.uniform(), random.integer(3));
  const rows = Array.from({ length: 8 }, row);
  const targets = Float64Array.from(rows, ([x = 0, y = 0, c = 0]) => Math.sin(5 * x) + y * c);
  const posterior = new Posterior(2, 3);
  posterior.condition(Float64Array.of(1.5, 1, 0.5, 0.3, -5), rows, targets, [row()]);

  it("has the gradient of its differences, and the same values one by one", () => {
    const draw = new FunctionDraw(space, posterior, rows, targets, random.split("gradient"));
    const x = Float64Array.of(0.3, 0.8, 1);
    const at = (k: number, step: number) => {
      const out = new Float64Array(1);
      draw.values(x.with(k, x[k]! + step), 1, out);
      return out[0]!;
    };
    const gradient = new Float64Array(3);
    expect(draw.valueAndGradient(x, gradient)).toBeCloseTo(at(0, 0), 10);
    for (let k = 0; k < 2; k++) expect(gradient[k]).toBeCloseTo((at(k, 1e-5) - at(k, -1e-5)) / 2e-5, 5);
    expect(gradient[2]).toBe(0);
  });

  it("has the posterior's mean and covariance, whatever is under way", () => {
    const bare = new Posterior(2, 3);
    bare.condition(posterior.parameters, rows, targets);
    const points = [Float64Array.of(0.2, 0.7, 1), Float64Array.of(0.3, 0.6, 1), Float64Array.of(0.9, 0.1, 2)];
    const count = 2000;
    const sums = new Float64Array(3);
    const squares = new Float64Array(3);
    const xs = Float64Array.from(points.flatMap((point) => [...point]));
    const values = new Float64Array(3);
    let product = 0;
    for (let s = 0; s < count; s++) {
      const draw = new FunctionDraw(space, posterior, rows, targets, random.split(s));
      draw.values(xs, 3, values);
      for (let c = 0; c < 3; c++) {
        sums[c] = sums[c]! - values[c]! / count;
        squares[c] = squares[c]! + values[c]! ** 2 / count;
      }
      product += (values[0]! * values[1]!) / count;
    }
    const v = points.map((point) => Float64Array.from(bare.predict(point)));
    points.forEach((point, c) => {
      bare.predict(point);
      expect(sums[c]).toBeCloseTo(bare.mean, 1);
      const variance = squares[c]! - sums[c]! ** 2;
      expect(variance / bare.variance).toBeGreaterThan(0.85);
      expect(variance / bare.variance).toBeLessThan(1.15);
    });
    const root = Math.sqrt(5 * 0.01 * (Math.exp(1.5) + Math.exp(1)));
    const prior = bare.signal * (1 + root + root ** 2 / 3) * Math.exp(-root);
    const covariance = prior - v[0]!.reduce((sum, x, i) => sum + x * v[1]![i]!, 0);
    expect((product - sums[0]! * sums[1]!) / covariance).toBeGreaterThan(0.85);
    expect((product - sums[0]! * sums[1]!) / covariance).toBeLessThan(1.15);
  });
});

describe("counted trials", () => {
  it("are a number and what is missing below it", () => {
    const some = withCounted(NONE_COUNTED, [0, 1, 4]);
    expect(some).toEqual({ below: 5, except: [2, 3] });
    expect(withCounted(some, [3, 7])).toEqual({ below: 8, except: [2, 5, 6] });
    expect([1, 2, 4, 5].map((id) => isCounted(some, id))).toEqual([true, false, true, false]);
  });
});

describe("turbo", () => {
  const turbo = findAlgorithm("turbo")!;
  const space = createSearchSpace([double("x"), double("y")]);
  const options = {
    space,
    directions: ["minimize"] as const,
    settings: { length_min: "0.2", n_startup_trials: "4" },
    seed: 2,
  };
  const told = (id: number, point: Point): FinishedTrial => ({
    id,
    point,
    state: "succeeded",
    values: [(point[0]! - 0.3) ** 2 + (point[1]! - 0.6) ** 2],
  });

  it("wants lengths that are in order", () => {
    const check = (settings: Record<string, string>) => turbo.check?.({ ...options, settings });
    expect(check({})).toEqual([]);
    expect(check({ length_min: "0.8" })).toEqual([
      "length_min must be below length_init, and length_init at most length_max; found 0.8, 0.8 and 1.6",
    ]);
    expect(check({ length_init: "2" })).toHaveLength(1);
  });

  it("begins a new region when one has closed in, also after stop and load", () => {
    let sampler = turbo.create(options);
    const trials: FinishedTrial[] = [];
    const origins: string[] = [];
    for (let i = 0; i < 60; i++) {
      const { id, point, origin } = sampler.ask(1, []).suggestions[0]!;
      origins.push(origin!);
      trials.push(told(id, point));
      if (i % 2 === 0) {
        sampler = turbo.create({ ...options, state: sampler.dump() });
        sampler.tell(trials);
      } else sampler.tell(trials.slice(-1));
    }
    const starts = origins.map((origin, i) => (origin === "turbo: start of a region" ? i : -1)).filter((i) => i >= 0);
    expect(starts.slice(0, 4)).toEqual([0, 1, 2, 3]);
    expect(starts[4]).toBeGreaterThan(10);
    expect(starts.slice(4, 8)).toEqual([0, 1, 2, 3].map((i) => starts[4]! + i));
    const before = trials.slice(0, starts[4]).map(({ values: [value = 1] }) => value);
    expect(Math.min(...before)).toBeLessThan(1e-3);
  });
});
