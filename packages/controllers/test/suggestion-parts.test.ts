import type { ObjectiveSpec, ParameterSpec } from "@qalam/api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergedSettings } from "../src/suggestion/suggestion-status.ts";
import { toInitialPoints, toSearchSpace } from "../src/suggestion/to-search-space.ts";
import { toSamplerTrial, trialFacts } from "../src/suggestion/trial-facts.ts";
import { TrialFeed } from "../src/suggestion/trial-feed.ts";
import { observed, trial } from "./builders.ts";

const names = (trials: readonly { metadata: { name: string } }[]) => trials.map(({ metadata }) => metadata.name);

describe("a trial feed", () => {
  it("tells of a trial once its processes have ended; until then, and when it will run again, it is pending", () => {
    const unsettled = trial(1, "EarlyStopped", { status: { completionTime: null } });
    const feed = new TrialFeed([
      trial(0, "Succeeded"),
      unsettled,
      trial(2, "Running"),
      trial(3, "Killed", { reason: "ExperimentPaused" }),
      trial(4, "Killed"),
    ]);
    expect(names(feed.finished)).toEqual(["t0", "t4"]);
    expect(names(feed.pending).sort()).toEqual(["t1", "t2", "t3"]);
    feed.set("t1", trial(1, "EarlyStopped"));
    feed.set("t3", undefined);
    expect(names(feed.finished)).toEqual(["t0", "t4", "t1"]);
    expect(names(feed.pending)).toEqual(["t2"]);
  });

  it("only grows, and says so when a finished trial is taken back", () => {
    const feed = new TrialFeed([trial(0, "Succeeded")]);
    expect(feed.set("t0", trial(0, "Succeeded"))).toBe(true);
    expect(feed.finished).toHaveLength(1);
    expect(feed.set("t0", undefined)).toBe(false);
    expect(feed.set("t9", undefined)).toBe(true);
  });
});

describe("what an algorithm is told of a trial", () => {
  const objective: ObjectiveSpec = {
    type: "maximize",
    objectiveMetricName: "loss",
    metricStrategies: [{ name: "loss", value: "max" }],
    constraints: [{ metricName: "loss", comparison: "greater", value: 2 }],
  };
  it.each([
    {
      name: "a success with its value, not negated",
      state: "Succeeded",
      value: "3",
      want: { state: "succeeded", values: [3], constraints: [-1] },
    },
    {
      name: "an early-stopped one with its value",
      state: "EarlyStopped",
      value: "1.5",
      want: { state: "early-stopped", values: [1.5], constraints: [0.5] },
    },
    { name: "a failure without", state: "Failed", value: "3", want: { state: "failed", values: [] } },
    {
      name: "one without metrics as failed",
      state: "MetricsUnavailable",
      value: undefined,
      want: { state: "failed", values: [] },
    },
    { name: "one stopped by the user as failed", state: "Killed", value: "3", want: { state: "failed", values: [] } },
    { name: "text as failed", state: "Succeeded", value: "Genotype(x)", want: { state: "failed", values: [] } },
    {
      name: "NaN as it is",
      state: "Succeeded",
      value: "nan",
      want: { state: "succeeded", values: [Number.NaN], constraints: [Number.POSITIVE_INFINITY] },
    },
    { name: "a running one as pending", state: "Running", value: "3", want: { state: "pending", values: [] } },
  ])("$name", ({ state, value, want }) => {
    const one = trial(5, state, { status: value === undefined ? {} : observed(value) });
    expect(trialFacts(one, 5, objective)).toEqual({ id: 5, assignments: [], labels: {}, ...want });
  });

  it("an early-stopped one with its reports; no other has them", () => {
    const stopped = trial(5, "EarlyStopped", { status: observed("3") });
    expect(trialFacts(stopped, 5, objective, [[2, 3]])).toMatchObject({ intermediate: [[2, 3]] });
    expect(trialFacts(trial(5, "Succeeded", { status: observed("3") }), 5, objective, [[2, 3]])).not.toHaveProperty(
      "intermediate",
    );
    expect(trialFacts(stopped, 5, objective)).not.toHaveProperty("intermediate");
  });

  it("a trial that runs again is pending, and one of another space is not told", () => {
    const again = trial(1, "Killed", { reason: "ParallelTrialCountLowered" });
    expect(trialFacts(again, 1, objective).state).toBe("pending");
    const space = toSearchSpace({
      parameters: [{ name: "x", parameterType: "int", feasibleSpace: { min: "1", max: "3" } }],
    });
    const facts = (value: string) =>
      trialFacts(
        { ...trial(1, "Succeeded", { status: observed(1) }), spec: { parameterAssignments: [{ name: "x", value }] } },
        1,
        objective,
      );
    expect(toSamplerTrial(facts("9"), space)).toBeUndefined();
    expect(toSamplerTrial(facts("2"), space)).toMatchObject({
      id: 1,
      state: "succeeded",
      values: [1],
      point: Float64Array.of(2),
    });
  });
});

describe("the search space of an experiment", () => {
  const parameters: ParameterSpec[] = [
    { name: "kind", parameterType: "categorical", feasibleSpace: { list: ["svm", "forest"] } },
    {
      name: "c",
      parameterType: "double",
      feasibleSpace: { min: "0.001", max: "10", distribution: "logUniform" },
      activeWhen: [{ parameter: "kind", values: ["svm"] }],
    },
    {
      name: "depth",
      parameterType: "int",
      feasibleSpace: { min: "2", max: "10", step: "2" },
      activeWhen: [{ parameter: "kind", values: ["forest"] }],
    },
    { name: "width", parameterType: "discrete", feasibleSpace: { list: ["1", "2.5"] } },
  ];

  it("has types, ranges, steps, distributions, conditions and constraints", () => {
    const space = toSearchSpace({ parameters, parameterConstraints: ["depth + 2*width <= 9"] });
    expect(space.parameters).toEqual([
      { name: "kind", type: "categorical", values: ["svm", "forest"] },
      {
        name: "c",
        type: "double",
        min: 0.001,
        max: 10,
        distribution: "logUniform",
        activeWhen: [{ parameter: 0, indices: [0] }],
      },
      {
        name: "depth",
        type: "int",
        min: 2,
        max: 10,
        step: 2,
        distribution: "uniform",
        activeWhen: [{ parameter: 0, indices: [1] }],
      },
      { name: "width", type: "discrete", values: ["1", "2.5"] },
    ]);
    expect(space.constraints).toEqual([
      {
        coefficients: [
          { parameter: 2, coefficient: 1 },
          { parameter: 3, coefficient: 2 },
        ],
        bound: 9,
      },
    ]);
  });

  it("writes points as texts that it reads back", () => {
    const space = toSearchSpace({ parameters });
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { minLength: 4, maxLength: 4 }),
        (unit) => {
          const point = space.decode(Float64Array.from(unit));
          expect(space.parse(space.format(point))).toEqual(point);
        },
      ),
    );
  });

  it("takes initial trials as points", () => {
    const space = toSearchSpace({ parameters });
    const given = [
      { name: "kind", value: "forest" },
      { name: "depth", value: "4" },
      { name: "width", value: "2.5" },
    ];
    expect(toInitialPoints({ initialTrials: [{ parameterAssignments: given }] }, space)).toEqual([
      Float64Array.of(1, Number.NaN, 4, 1),
    ]);
  });
});

describe("settings that an algorithm gives back", () => {
  it("override earlier ones by name", () => {
    expect(mergedSettings(undefined, undefined)).toBeUndefined();
    expect(
      mergedSettings(
        [
          { name: "s", value: "1" },
          { name: "r", value: "2" },
        ],
        [
          { name: "s", value: "3" },
          { name: "n", value: "4" },
        ],
      ),
    ).toEqual([
      { name: "s", value: "3" },
      { name: "r", value: "2" },
      { name: "n", value: "4" },
    ]);
  });
});
