import { createSearchSpace, type FinishedTrial, findAlgorithm } from "@qalam/algorithms";
import { randomStream } from "@qalam/numeric";
import { describe, expect, it } from "vitest";
import { FeatureSpace } from "../src/gp/feature-space.ts";
import { GpModel } from "../src/gp/gp-model.ts";
import { defaultPrior } from "../src/gp/hyperparameters.ts";
import { modelRows } from "../src/gp/model-rows.ts";

const random = randomStream(1, "rows");
const merits = Float64Array.from({ length: 5000 }, () => random.normal());
const line = createSearchSpace([{ name: "x", type: "double", min: 0, max: 1, distribution: "uniform" }]);

describe("the rows of a Gaussian process", () => {
  it("are all while there are few", () => {
    expect(modelRows(merits.subarray(0, 800))).toEqual(Array.from({ length: 800 }, (_, i) => i));
  });

  it.each([801, 999, 1000, 1234, 5000])("stay bounded: best, newest and spread of %i", (n) => {
    const own = merits.subarray(0, n);
    const rows = modelRows(own);
    expect(rows.length).toBeLessThanOrEqual(800);
    expect(rows).toEqual([...new Set(rows)].sort((a, b) => a - b));
    const settled = n - (n % 200);
    for (let i = settled; i < n; i++) expect(rows).toContain(i);
    const ranked = Array.from({ length: settled }, (_, i) => i).sort((a, b) => own[a]! - own[b]!);
    for (const i of ranked.slice(0, 300)) expect(rows).toContain(i);
    const worst = rows.filter((i) => ranked.indexOf(i) >= settled * 0.9);
    expect(worst.length).toBeGreaterThan(10);
  });

  it("only grow at the end between two choices, so that nothing is factorised again", () => {
    const [before, after] = [modelRows(merits.subarray(0, 1201)), modelRows(merits.subarray(0, 1399))];
    expect(after.slice(0, before.length)).toEqual(before);
  });
});

describe("a Gaussian process with more trials than rows", () => {
  it("is fitted anew as trials come in, though its rows are as many as before", () => {
    const space = new FeatureSpace(line);
    const rows = Array.from({ length: 10 }, (_, i) => Float64Array.of(i / 9));
    const model = new GpModel(space, defaultPrior(1), { rows: 1000, values: [0, 0, -3] });
    const targets = Float64Array.from(rows, ([x = 0]) => Math.sin(20 * x));
    model.update(rows, targets, [], 1049);
    expect(model.dump()).toEqual({ rows: 1000, values: [0, 0, -3] });
    model.update(rows, targets, [], 1050);
    expect(model.dump()?.rows).toBe(1050);
    expect(model.dump()?.values).not.toEqual([0, 0, -3]);
  });

  it("finds what is better than an old best trial, the same after stop and load", () => {
    const gp = findAlgorithm("gp")!;
    const options = { space: line, directions: ["minimize"] as const, settings: {}, seed: 4 };
    const trials = Array.from({ length: 1150 }, (_, id): FinishedTrial => {
      const x = id === 17 ? 0.301 : 0.35 + (0.65 * id) / 1150;
      return { id, point: Float64Array.of(x), state: "succeeded", values: [(x - 0.3) ** 2] };
    });
    const sampler = gp.create(options);
    sampler.tell(trials.slice(0, 1100));
    sampler.ask(1, []);
    sampler.tell(trials.slice(1100));
    const loaded = gp.create({ ...options, state: sampler.dump() });
    loaded.tell([...trials].reverse());
    const { suggestions } = sampler.ask(2, []);
    expect(loaded.ask(2, []).suggestions).toEqual(suggestions);
    // The first one asks for a margin, which there is not around the best.
    expect(Math.abs(suggestions[1]!.point[0]! - 0.3)).toBeLessThan(0.01);
  });
});
