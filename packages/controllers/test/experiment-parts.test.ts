import { type ObjectiveSpec, TRIAL_LISTS, type Trial } from "@qalam/api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { completionOf } from "../src/experiment/completion.ts";
import { ParetoFront } from "../src/experiment/pareto-front.ts";
import { StatusPace } from "../src/experiment/status-pace.ts";
import { TrialTally } from "../src/experiment/trial-tally.ts";
import { planTrials } from "../src/index.ts";
import { keptAssignments } from "../src/suggestion/kept-assignments.ts";
import { observed, trial } from "./builders.ts";

const conditionOf: Record<string, string | undefined> = {
  s: "Succeeded",
  f: "Failed",
  m: "MetricsUnavailable",
  k: "Killed",
  e: "EarlyStopped",
  r: "Running",
  p: undefined,
};
const minimize: ObjectiveSpec = {
  type: "minimize",
  objectiveMetricName: "loss",
  metricStrategies: [{ name: "loss", value: "min" }],
};

/** One trial per letter (`d`: stopped to run again); those with a result observe 1, 2, 3 … */
function tallyOf(letters: string, objective = minimize): TrialTally {
  const trials = [...letters].map((letter, i) =>
    letter === "d"
      ? trial(i, "Killed", { reason: "ExperimentPaused" })
      : trial(i, conditionOf[letter], { status: letter === "s" || letter === "e" ? observed(i + 1) : {} }),
  );
  return new TrialTally(objective, trials);
}

// r running, p pending, s succeeded, f failed, m metrics unavailable, k killed, e early stopped, d displaced
describe("planTrials", () => {
  it.each([
    { name: "fills an empty experiment", parallel: 3, max: 10, trials: "", want: { start: 3, stop: 0 } },
    { name: "does not pass maxTrialCount", parallel: 3, max: 4, trials: "ssr", want: { start: 1, stop: 0 } },
    {
      name: "counts failed, killed and early-stopped trials as made",
      parallel: 9,
      max: 4,
      trials: "fke",
      want: { start: 1, stop: 0 },
    },
    { name: "counts trials without metrics as made", parallel: 9, max: 3, trials: "mmm", want: { start: 0, stop: 0 } },
    {
      name: "counts trials that run again as not made",
      parallel: 9,
      max: 3,
      trials: "sdd",
      want: { start: 2, stop: 0 },
    },
    { name: "counts pending trials as active", parallel: 2, max: 9, trials: "pr", want: { start: 0, stop: 0 } },
    {
      name: "stops the surplus when parallelism is lowered",
      parallel: 1,
      max: 9,
      trials: "rrr",
      want: { start: 0, stop: 2 },
    },
    {
      name: "makes no end without maxTrialCount",
      parallel: 2,
      max: undefined,
      trials: "ssssssr",
      want: { start: 1, stop: 0 },
    },
  ])("$name", ({ parallel, max, trials, want }) => {
    const spec = { parallelTrialCount: parallel, ...(max !== undefined && { maxTrialCount: max }) };
    expect(planTrials(spec, tallyOf(trials))).toEqual(want);
  });

  it("never plans past maxTrialCount or parallelTrialCount, whatever happened before", () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.string({ unit: fc.constantFrom(..."rpsfmked"), maxLength: 20 }),
        (parallelTrialCount, maxTrialCount, letters) => {
          const tally = tallyOf(letters);
          const { start, stop } = planTrials({ parallelTrialCount, maxTrialCount }, tally);
          expect(start * stop).toBe(0);
          if (start > 0) expect(tally.active + start).toBeLessThanOrEqual(parallelTrialCount);
          if (start > 0) expect(tally.active + tally.finished + start).toBeLessThanOrEqual(maxTrialCount);
          expect(tally.active - stop).toBeLessThanOrEqual(Math.max(parallelTrialCount, 0));
        },
      ),
    ));
});

describe("completion", () => {
  const goal = { ...minimize, goal: 1 };
  it.each([
    { name: "goes on with room for more", trials: "ssr", spec: { maxTrialCount: 5 }, want: undefined },
    {
      name: "ends at the goal, inclusively",
      trials: "sr",
      spec: { objective: goal },
      want: "Succeeded ExperimentGoalReached",
    },
    {
      name: "takes the goal before failures",
      trials: "sf",
      spec: { objective: goal, maxFailedTrialCount: 1 },
      want: "Succeeded ExperimentGoalReached",
    },
    {
      name: "fails at maxFailedTrialCount",
      trials: "sff",
      spec: { maxFailedTrialCount: 2 },
      want: "Failed ExperimentFailed",
    },
    {
      name: "counts missing metrics as failures",
      trials: "sfm",
      spec: { maxFailedTrialCount: 2 },
      want: "Failed ExperimentFailed",
    },
    {
      name: "fails at the first failure with 0",
      trials: "sf",
      spec: { maxFailedTrialCount: 0 },
      want: "Failed ExperimentFailed",
    },
    { name: "does not fail with 0 without failures", trials: "s", spec: { maxFailedTrialCount: 0 }, want: undefined },
    {
      name: "takes failures before the number of trials",
      trials: "sf",
      spec: { maxFailedTrialCount: 1, maxTrialCount: 2 },
      want: "Failed ExperimentFailed",
    },
    {
      name: "ends at maxTrialCount, however trials finished",
      trials: "sfmke",
      spec: { maxTrialCount: 5 },
      want: "Succeeded ExperimentMaxTrialsReached",
    },
    { name: "does not count trials that run again", trials: "ssd", spec: { maxTrialCount: 3 }, want: undefined },
    {
      name: "fails when no trial of all succeeded",
      trials: "fmk",
      spec: { maxTrialCount: 3 },
      want: "Failed ExperimentFailed",
    },
    {
      name: "does not fail when all were stopped by the user",
      trials: "kk",
      spec: { maxTrialCount: 2 },
      want: "Succeeded ExperimentMaxTrialsReached",
    },
    {
      name: "ends with the search space",
      trials: "ss",
      spec: {},
      exhausted: true,
      want: "Succeeded ExperimentSuggestionEndReached",
    },
    { name: "waits for what runs at the end of the space", trials: "sr", spec: {}, exhausted: true, want: undefined },
    {
      name: "fails with a space that has nothing",
      trials: "",
      spec: {},
      exhausted: true,
      want: "Failed ExperimentFailed",
    },
    {
      name: "ends when time is up",
      trials: "sr",
      spec: { maxDuration: "1m" },
      elapsed: 60_000,
      want: "Succeeded ExperimentMaxDurationReached",
    },
    {
      name: "fails when time is up without a result",
      trials: "fr",
      spec: { maxDuration: "1m" },
      elapsed: 60_000,
      want: "Failed ExperimentMaxDurationReached",
    },
    {
      name: "goes on while there is time",
      trials: "sr",
      spec: { maxDuration: "1m" },
      elapsed: 59_999,
      want: undefined,
    },
  ])("$name", ({ trials, spec, exhausted = false, elapsed = 0, want }) => {
    const completion = completionOf({
      spec: { objective: minimize, ...spec },
      tally: tallyOf(trials),
      exhausted,
      elapsed,
    });
    expect(completion && `${completion.type} ${completion.reason}`).toBe(want);
  });

  it("names the first trial that failed, with its message", () => {
    const completion = completionOf({ spec: { maxTrialCount: 2 }, tally: tallyOf("fm"), exhausted: false, elapsed: 0 });
    expect(completion?.message).toBe(
      "Experiment has failed because no trial succeeded: 2 trials failed, first t0: 0 Failed",
    );
  });
});

describe("the best trial", () => {
  const trials = (...values: string[]): Trial[] =>
    values.map((value, i) => trial(i, "Succeeded", { status: observed(value) }));
  const maximize: ObjectiveSpec = { ...minimize, type: "maximize", metricStrategies: [{ name: "loss", value: "max" }] };

  it.each([
    { name: "is the smallest when minimising", objective: minimize, values: ["3", "1", "2"], want: "t1" },
    { name: "is the largest when maximising", objective: maximize, values: ["3", "1", "2"], want: "t0" },
    { name: "is the earlier of equal ones", objective: minimize, values: ["2", "1", "1"], want: "t1" },
    { name: "is never NaN", objective: minimize, values: ["nan", "5", "NaN"], want: "t1" },
    { name: "is the last with text", objective: minimize, values: ["Genotype(a)", "Genotype(b)"], want: "t1" },
    { name: "is never text beside a number", objective: minimize, values: ["n/a", "5", "1,5"], want: "t1" },
    { name: "may be infinite", objective: maximize, values: ["1", "inf"], want: "t1" },
  ])("$name, in whatever order trials end", ({ objective, values, want }) =>
    fc.assert(
      fc.property(fc.shuffledSubarray(trials(...values), { minLength: values.length }), (order) => {
        expect(new TrialTally(objective, order).best?.trial.metadata.name).toBe(want);
      }),
    ),
  );

  it("is none that failed, was killed, or breaks an outcome constraint", () => {
    const objective: ObjectiveSpec = {
      ...minimize,
      metricStrategies: [...(minimize.metricStrategies ?? []), { name: "size", value: "latest" }],
      constraints: [{ metricName: "size", comparison: "less", value: 10 }],
    };
    const sized = (id: number, condition: string, loss: string, size: string) =>
      trial(id, condition, {
        status: {
          observation: {
            metrics: [
              { name: "loss", min: loss, max: loss, latest: loss },
              { name: "size", min: size, max: size, latest: size },
            ],
          },
        },
      });
    const all = [
      sized(0, "Failed", "0", "1"),
      sized(1, "Killed", "0", "1"),
      sized(2, "Succeeded", "1", "11"),
      sized(3, "Succeeded", "2", "10"),
    ];
    expect(new TrialTally(objective, all).best?.trial.metadata.name).toBe("t3");
  });
});

describe("a tally kept up to date", () => {
  const state = fc.constantFrom("s", "f", "m", "k", "e", "r", "p", "d", "gone");
  const change = fc.record({ id: fc.nat(7), state, value: fc.integer({ min: 0, max: 5 }) });
  const both: ObjectiveSpec = {
    ...minimize,
    additionalObjectives: [{ type: "maximize", objectiveMetricName: "gain" }],
    metricStrategies: [
      { name: "loss", value: "min" },
      { name: "gain", value: "max" },
    ],
  };

  it("equals one made from the trials as they are", () =>
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const tally = new TrialTally(both);
        const now = new Map<string, Trial>();
        for (const { id, state, value } of changes) {
          const metrics = ["loss", "gain"].map((name, i) => ({
            name,
            min: `${(value * (i + 2)) % 5}`,
            max: `${(value * (i + 2)) % 5}`,
            latest: "0",
          }));
          const next =
            state === "d"
              ? trial(id, "Killed", { reason: "ExperimentPaused" })
              : trial(id, conditionOf[state], { status: { observation: { metrics } } });
          if (state === "gone") now.delete(`t${id}`);
          else now.set(`t${id}`, next);
          tally.set(`t${id}`, state === "gone" ? undefined : next);
        }
        const fresh = new TrialTally(both, now.values());
        expect([tally.total, tally.active, tally.finished, tally.failed]).toEqual([
          fresh.total,
          fresh.active,
          fresh.finished,
          fresh.failed,
        ]);
        for (const list of TRIAL_LISTS) expect(tally.names(list)).toEqual(fresh.names(list));
        expect(tally.best?.trial.metadata.name).toBe(fresh.best?.trial.metadata.name);
        expect(tally.front).toEqual(fresh.front);
        expect(tally.displaced()).toEqual(fresh.displaced());
        expect(tally.newestActive()).toEqual(fresh.newestActive());
      }),
    ));

  it("counts a trial it expects until it is seen", () => {
    const tally = tallyOf("s");
    tally.expect("t7");
    expect([tally.active, tally.finished, tally.has("t7"), tally.total]).toEqual([1, 1, true, 1]);
    tally.set("t7", trial(7, "Running"));
    expect([tally.active, tally.finished]).toEqual([1, 1]);
    tally.expect("t7");
    tally.set("t7", undefined);
    expect([tally.active, tally.has("t7")]).toEqual([0, false]);
  });
});

describe("the Pareto front", () => {
  const objective: ObjectiveSpec = {
    type: "minimize",
    objectiveMetricName: "a",
    additionalObjectives: [{ type: "maximize", objectiveMetricName: "b" }],
    metricStrategies: [
      { name: "a", value: "min" },
      { name: "b", value: "max" },
    ],
  };
  const at = (id: number, a: number, b: number) =>
    trial(id, "Succeeded", {
      status: {
        observation: {
          metrics: [observed(a, "a"), observed(b, "b")].flatMap(({ observation }) => observation?.metrics ?? []),
        },
      },
    });

  it("is exactly the trials nothing beats", () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { maxLength: 25 }), (points) => {
        const front = new ParetoFront(objective);
        points.forEach(([a, b], id) => front.add(at(id, a, b)));
        const isBeaten = (a: number, b: number) => points.some(([c, d]) => c <= a && d >= b && (c < a || d > b));
        const wanted = points.flatMap(([a, b], id) => (isBeaten(a, b) ? [] : [`t${id}`]));
        expect(front.trials.map(({ metadata }) => metadata.name)).toEqual(wanted);
      }),
    ));
});

describe("the pace of status writes", () => {
  it("is immediate at first, then bounded, and slower with more trials", () => {
    const pace = new StatusPace();
    expect(pace.wait(1, 0, 0)).toBe(0);
    pace.written(1, 0);
    expect(pace.wait(1, 1, 0)).toBeUndefined();
    const [few, many] = [pace.wait(2, 10, 0), pace.wait(2, 10_000, 0)] as [number, number];
    expect(few).toBeLessThan(100);
    expect(many).toBeGreaterThan(1_000);
    expect(pace.wait(2, 10_000, many)).toBe(0);
  });
});

describe("the assignments a Suggestion keeps", () => {
  it("are all of a small experiment, and a bounded number of a large one without losing an open one", () =>
    fc.assert(
      fc.property(fc.nat(400), fc.array(fc.nat(399), { maxLength: 20 }), (count, open) => {
        const stored = Array.from({ length: count }, (_, i) => ({ name: `t${i}` }));
        const isOver = (name: string) => !open.includes(Number(name.slice(1)));
        const kept = keptAssignments(stored, count, isOver).map(({ name }) => name);
        if (count <= 100) expect(kept).toHaveLength(count);
        else expect(kept.length).toBeLessThanOrEqual(10 + open.length);
        for (const id of open) if (id < count) expect(kept).toContain(`t${id}`);
        expect(kept.slice(-10)).toEqual(stored.slice(-Math.min(10, count)).map(({ name }) => name));
      }),
    ));
});
