import { createSearchSpace, findAlgorithm, type Parameter, type SamplerOptions } from "@qalam/algorithms";
import { type Outcome, SamplerRun, success } from "@qalam/testing";
import { describe, expect, it } from "vitest";

const x: Parameter = { name: "x", type: "double", min: 0, max: 1, distribution: "uniform" };
const epochs = (min: number, max: number, more: { step?: number; type?: "double" } = {}): Parameter => ({
  name: "epochs",
  type: "int",
  min,
  max,
  distribution: "uniform",
  ...more,
});

function optionsOf(resource: Parameter, settings: Record<string, string>, more: Partial<SamplerOptions> = {}) {
  return {
    space: createSearchSpace([x, resource]),
    directions: ["minimize"],
    settings: { resource_name: "epochs", ...settings },
    seed: 1,
    ...more,
  } satisfies SamplerOptions;
}
function start(name: string, resource: Parameter, settings: Record<string, string>, more?: Partial<SamplerOptions>) {
  const algorithm = findAlgorithm(name)!;
  const options = optionsOf(resource, settings, more);
  const space = algorithm.adapt?.(options.space, options.settings) ?? options.space;
  return new SamplerRun(algorithm, { ...options, space });
}
const problemsOf = (name: string, resource: Parameter, settings: Record<string, string>) =>
  findAlgorithm(name)!.check!(optionsOf(resource, settings));
/** Less x is better, whatever the resource. */
const byX = ({ point }: { point: Float64Array }): Outcome => success(point[0]!);
const label = (trial: { labels?: Readonly<Record<string, string>> }, key: string) =>
  Number(Object.entries(trial.labels ?? {}).find(([name]) => name.endsWith(`/${key}`))?.[1]);
const resourceOf = ({ point }: { point: Float64Array }) => point[1]!;

/** Trials by bracket and resource. */
function table(run: SamplerRun): Record<string, number>[] {
  const brackets: Record<string, number>[] = [];
  for (const trial of run.suggested) {
    const bracket = label(trial, "bracket");
    const counts = brackets[bracket] ?? {};
    brackets[bracket] = counts;
    counts[resourceOf(trial)] = (counts[resourceOf(trial)] ?? 0) + 1;
  }
  return brackets;
}

describe("hyperband", () => {
  it("starts the brackets of the paper's table for R = 81 and ends after them", () => {
    const run = start("hyperband", epochs(1, 81), { r_l: "81" });
    // All at once, so that each rung is whole when the next begins.
    while (!run.isExhausted) {
      run.ask(500);
      run.finish(500, byX);
    }
    expect(table(run)).toEqual([
      { 1: 81, 3: 27, 9: 9, 27: 3, 81: 1 },
      { 3: 34, 9: 11, 27: 3, 81: 1 },
      { 9: 15, 27: 5, 81: 1 },
      { 27: 8, 81: 2 },
      { 81: 5 },
    ]);
  });

  it("promotes the best of each rung", () => {
    const run = start("hyperband", epochs(1, 9), { r_l: "9" });
    run.ask(9);
    run.finish(9, byX);
    const best = run.finished.map(({ point }) => point[0]!).sort((a, b) => a - b);
    const promoted = run.ask(3);
    expect(promoted.map(resourceOf)).toEqual([3, 3, 3]);
    expect(promoted.map(({ point }) => point[0])).toEqual(best.slice(0, 3));
    expect(promoted.map(({ parent }) => run.finished.find(({ id }) => id === parent)?.point[0])).toEqual(
      best.slice(0, 3),
    );
  });

  it("counts powers exactly and begins again when maxTrialCount leaves room", () => {
    const run = start("hyperband", epochs(1, 243), { r_l: "243" }, { budget: { maxTrials: 2000 } });
    expect(
      run
        .ask(243 + 98)
        .map(resourceOf)
        .slice(0, 243),
    ).toEqual(Array(243).fill(1));
    const small = start("hyperband", epochs(1, 3), { r_l: "3" }, { budget: { maxTrials: 100 } }).play(20, 5, byX);
    expect(table(small).length).toBeGreaterThan(6);
    expect(small.isExhausted).toBe(false);
  });

  it("runs the resources of Katib's example, whose range does not hold them", () => {
    const run = start("hyperband", epochs(1, 1), { r_l: "2", eta: "2" });
    expect(run.ask(5).map(resourceOf)).toEqual([1, 1, 2, 2]);
    const above = start("hyperband", epochs(20, 100, { step: 10 }), { r_l: "9" });
    expect(above.ask(9).map(resourceOf)).toEqual(Array(9).fill(1));
    const below = start("hyperband", epochs(5, 100), { r_l: "81" });
    expect(new Set(below.ask(9).map(resourceOf))).toEqual(new Set([9]));
  });

  it("takes fractions of a double and rounds whole numbers down", () => {
    const run = start("hyperband", epochs(0.1, 1, { type: "double" }), { r_l: "0.9" });
    run.play(9, 9, byX);
    expect([...new Set(run.suggested.map(resourceOf))].map((value) => value.toPrecision(6)).sort()).toEqual([
      "0.100000",
      "0.300000",
      "0.900000",
    ]);
    const whole = start("hyperband", epochs(1, 50), { r_l: "50" }).play(9, 99, byX);
    expect([...new Set(whole.suggested.map(resourceOf))].sort((a, b) => a - b)).toEqual([1, 5, 16, 50]);
  });

  it("says what is wrong with the resource", () => {
    expect(problemsOf("hyperband", epochs(1, 9), { r_l: "9", resource_name: "epoch" })).toEqual([
      'resource_name: there is no parameter "epoch"; the parameters are x, epochs',
    ]);
    const list: Parameter = { name: "epochs", type: "discrete", values: ["1", "3"] };
    expect(problemsOf("hyperband", list, { r_l: "9" })).toEqual([
      'resource_name: parameter "epochs" is discrete; the resource must be an int or a double',
    ]);
    expect(problemsOf("hyperband", epochs(1, 9), { r_l: "0.5" })).toEqual([
      "r_l: must be at least 1 for the int parameter epochs, found 0.5",
    ]);
    expect(problemsOf("hyperband", epochs(1, 9), { r_l: "9", suggestion_trial_dir: "checkpoints" })).toEqual([
      'suggestion_trial_dir: expected an absolute folder of the container such as /checkpoints, found "checkpoints"',
    ]);
    expect(problemsOf("hyperband", epochs(1, 9), { r_l: "9" })).toEqual([]);
  });
});

describe("asha", () => {
  it("starts configurations at the least resource and promotes as soon as one of eta is known to be best", () => {
    const run = start("asha", epochs(1, 9), { eta: "3" });
    const order: string[] = [];
    for (let i = 0; i < 13; i++) {
      const [trial] = run.ask(1);
      order.push(`${resourceOf(trial!)}`);
      run.finish(1, ({ id, point }) => success(label(trial!, "rung") === 0 ? id : point[0]!));
    }
    // Losses grow with the number: trial 0 is promoted after 0, 1, 2; the second after six; the first of the top after three of the middle.
    expect(order).toEqual(["1", "1", "1", "3", "1", "1", "1", "3", "1", "1", "1", "3", "9"]);
  });

  it("counts those that went on early and were overtaken: no more than one of eta goes on", () => {
    const run = start("asha", epochs(1, 9), { eta: "3" });
    // Each trial is better than all before it, so that whoever went on is overtaken.
    const short = () => run.suggested.filter((trial) => resourceOf(trial) === 1);
    const longer = () => run.suggested.filter((trial) => resourceOf(trial) === 3);
    for (let i = 0; i < 60; i++) {
      run.ask(1);
      run.finish(1, ({ id }) => success(-id));
      expect(longer().length).toBeLessThanOrEqual(short().length / 3);
    }
    expect(longer().length).toBeGreaterThan(10);
  });

  it("waits for nobody", () => {
    const run = start("asha", epochs(1, 9), { eta: "3" });
    run.ask(4);
    // The oldest never ends; the others do.
    const [slow, ...others] = run.pending;
    const algorithm = findAlgorithm("asha")!.create(optionsOf(epochs(1, 9), { eta: "3" }));
    algorithm.tell(others.map((trial, i) => ({ ...trial, state: "succeeded", values: [i] })));
    const { suggestions } = algorithm.ask(2, [slow!]);
    expect(suggestions.map(resourceOf)).toEqual([3, 1]);
    expect(suggestions[0]?.parent).toBe(1);
  });

  it("lets failed, stopped, infeasible and diverged trials count and go no further", () => {
    const run = start("asha", epochs(1, 9), { eta: "3" }, { constraints: 1 });
    run.ask(6);
    const outcomes: Outcome[] = [
      { state: "failed", values: [] },
      { state: "early-stopped", values: [-5] },
      { state: "succeeded", values: [-4], constraints: [1] },
      success(Number.NaN),
      success(Number.POSITIVE_INFINITY),
      success(7),
    ];
    run.finish(6, ({ id }) => outcomes[id]!);
    const next = run.ask(3);
    expect(next.map(resourceOf)).toEqual([3, 1, 1]);
    expect(next[0]?.parent).toBe(5);
  });

  it("promotes again what was lost, once", () => {
    const run = start("asha", epochs(1, 9), { eta: "3" });
    run.ask(3);
    run.finish(3, byX);
    const [first] = run.ask(1);
    run.lose(1);
    const [again, other] = run.ask(2);
    expect(again?.point).toEqual(first?.point);
    expect(again?.id).not.toBe(first?.id);
    expect(resourceOf(other!)).toBe(1);
  });

  it("trains at least one configuration of a small space to the end", () => {
    const space = createSearchSpace([{ name: "x", type: "categorical", values: ["a", "b"] }, epochs(1, 9)]);
    const run = start("asha", epochs(1, 9), { eta: "3" }, { space }).play(9, 1, byX);
    expect(run.suggested.map(resourceOf)).toEqual([1, 1, 3, 9]);
    expect(run.isExhausted).toBe(true);
  });

  it("divides the range the settings give", () => {
    const levels = (resource: Parameter, settings: Record<string, string>) => {
      const run = start("asha", resource, settings).play(60, 2, byX);
      return [...new Set(run.suggested.map(resourceOf))].sort((a, b) => a - b);
    };
    expect(levels(epochs(1, 52), {})).toEqual([3, 13, 52]);
    expect(levels(epochs(1, 52), { eta: "3" })).toEqual([1, 5, 17, 52]);
    expect(levels(epochs(1, 52), { min_resource: "4", max_resource: "16", eta: "2" })).toEqual([4, 8, 16]);
    expect(levels(epochs(5, 50, { step: 5 }), {})).toEqual([10, 50]);
    expect(levels(epochs(3, 3), {})).toEqual([3]);
  });

  /** Short trials say the reverse of longer ones. */
  const misleading = ({ point }: { point: Float64Array }): Outcome =>
    success(resourceOf({ point }) === 1 ? -point[0]! : point[0]!);

  it("passes over a least resource whose order foretells nothing", () => {
    const run = start("asha", epochs(1, 9), { eta: "3" }).play(120, 1, misleading);
    const newcomers = run.suggested.filter(({ parent }) => parent === undefined);
    const promoted = run.suggested.filter((trial) => resourceOf(trial) === 3 && trial.parent !== undefined);
    // Eight configurations at both resources are enough to know.
    expect(promoted).toHaveLength(8);
    expect(newcomers.slice(0, 24).map(resourceOf)).toEqual(Array(24).fill(1));
    expect(newcomers.slice(40).map(resourceOf)).toEqual(newcomers.slice(40).map(() => 3));
  });

  it("stays at a least resource that foretells, or that the user has set", () => {
    const lowest = (settings: Record<string, string>, outcome: (trial: { point: Float64Array }) => Outcome) =>
      start("asha", epochs(1, 9), { eta: "3", ...settings })
        .play(120, 1, outcome)
        .suggested.slice(60)
        .some((trial) => trial.parent === undefined && resourceOf(trial) === 3);
    expect(lowest({}, byX)).toBe(false);
    expect(lowest({}, () => success(1))).toBe(false);
    expect(lowest({ min_resource: "1" }, misleading)).toBe(false);
    expect(lowest({}, misleading)).toBe(true);
  });

  it("keeps its state small", () => {
    const algorithm = findAlgorithm("asha")!.create(optionsOf(epochs(1, 9), { eta: "3" }));
    algorithm.ask(64, []);
    expect(JSON.stringify(algorithm.dump())).toBe("64");
  });

  it("says what is wrong with the range", () => {
    expect(problemsOf("asha", epochs(0, 9), {})).toEqual([
      "the resource must be above 0, but epochs begins at 0: raise feasibleSpace.min or give min_resource (there are as many levels as epochs can be divided by eta)",
    ]);
    expect(problemsOf("asha", epochs(1, 9), { max_resource: "10" })).toEqual([
      "max_resource: must be within epochs's range 1 … 9, found 10",
    ]);
    expect(problemsOf("asha", epochs(1, 9), { min_resource: "5", max_resource: "3" })).toEqual([
      "min_resource (5) must not be above max_resource (3)",
    ]);
    const conditional: Parameter = { ...epochs(1, 9), activeWhen: [{ parameter: 0, indices: [0] }] };
    const space = createSearchSpace([{ name: "x", type: "categorical", values: ["a", "b"] }, conditional]);
    expect(findAlgorithm("asha")!.check!({ ...optionsOf(epochs(1, 9), {}), space })).toEqual([
      'resource_name: parameter "epochs" is conditional (activeWhen); the resource must always be active',
    ]);
    const bound = createSearchSpace(
      [x, epochs(1, 9)],
      [{ coefficients: [{ parameter: 1, coefficient: 1 }], bound: 5 }],
    );
    expect(findAlgorithm("asha")!.check!({ ...optionsOf(epochs(1, 9), {}), space: bound })).toEqual([
      'resource_name: parameter "epochs" is in parameterConstraints; the resource must be free',
    ]);
  });
});
