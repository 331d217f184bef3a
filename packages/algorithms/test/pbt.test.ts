import {
  createSearchSpace,
  findAlgorithm,
  type Parameter,
  type SamplerOptions,
  type SuggestedTrial,
} from "@qalam/algorithms";
import { type Outcome, SamplerRun, success } from "@qalam/testing";
import { describe, expect, it } from "vitest";

const rate: Parameter = { name: "rate", type: "double", min: 0.001, max: 1, distribution: "logUniform" };
const SETTINGS = { suggestion_trial_dir: "/checkpoints", n_population: "10", truncation_threshold: "0.2" };

function start(more: Partial<SamplerOptions> = {}): SamplerRun {
  const space = createSearchSpace([rate]);
  return new SamplerRun(findAlgorithm("pbt")!, {
    space,
    directions: ["minimize"],
    settings: SETTINGS,
    seed: 1,
    ...more,
  });
}
const label = ({ labels }: SuggestedTrial, key: string) => labels?.[`pbt.suggestion.katib.kubeflow.org/${key}`];
const byId = ({ id }: { id: number }): Outcome => success(id);
/** A whole generation: as many as the population has. */
function generation(run: SamplerRun, outcome: (trial: SuggestedTrial) => Outcome = byId): SuggestedTrial[] {
  const trials = run.ask(99);
  run.finish(99, outcome);
  return trials;
}

describe("pbt", () => {
  it("begins with a population of draws, without parents", () => {
    const run = start();
    const trials = run.ask(99);
    expect(trials).toHaveLength(10);
    expect(trials.map((trial) => label(trial, "generation"))).toEqual(Array(10).fill("0"));
    expect(trials.every(({ parent }) => parent === undefined)).toBe(true);
    // Nobody is free.
    expect(run.ask(1)).toEqual([]);
    expect(run.isExhausted).toBe(false);
  });

  it("replaces the worst by varied copies of the best; the others go on from their own checkpoints", () => {
    const run = start();
    const first = generation(run);
    const second = generation(run);
    // Losses are the numbers: 8 and 9 are the worst fifth, 0 and 1 the best.
    for (const [i, trial] of second.entries()) {
      expect(label(trial, "generation")).toBe("1");
      if (i < 8) {
        expect(trial.parent).toBe(i);
        expect(trial.point).toEqual(first[i]!.point);
        continue;
      }
      expect([0, 1]).toContain(trial.parent);
      const donor = first[trial.parent!]!.point[0]!;
      const factor = trial.point[0]! / donor;
      const isClamped = trial.point[0] === 1 || trial.point[0] === 0.001;
      expect(isClamped || Math.abs(factor - 0.8) < 1e-9 || Math.abs(factor - 1.2) < 1e-9).toBe(true);
    }
  });

  it("takes donors and factors with equal chances", () => {
    const donors: number[] = [0, 0];
    const factors = { up: 0, down: 0 };
    for (let seed = 0; seed < 200; seed++) {
      const run = start({ seed });
      const first = generation(run);
      for (const trial of run.ask(99).slice(8)) {
        donors[trial.parent!] = donors[trial.parent!]! + 1;
        factors[trial.point[0]! > first[trial.parent!]!.point[0]! ? "up" : "down"]++;
      }
    }
    // 400 draws: five standard deviations are 50.
    for (const count of [...donors, factors.up, factors.down]) expect(Math.abs(count - 200)).toBeLessThan(50);
  });

  it("draws copied parameters anew with the given chance", () => {
    const resampled = (probability: string) => {
      let count = 0;
      for (let seed = 0; seed < 100; seed++) {
        const run = start({ seed, settings: { ...SETTINGS, resample_probability: probability } });
        const first = generation(run);
        for (const { parent, point } of run.ask(99).slice(8)) {
          const factor = point[0]! / first[parent!]!.point[0]!;
          if (Math.abs(factor - 0.8) > 1e-9 && Math.abs(factor - 1.2) > 1e-9) count++;
        }
      }
      return count;
    };
    expect(resampled("1")).toBe(200);
    expect(resampled("0.3")).toBeGreaterThan(30);
    expect(resampled("0.3")).toBeLessThan(100);
    // Only copies that end at a bound.
    expect(resampled("0")).toBeLessThan(15);
  });

  it("moves every kind of parameter, by one step at least, within its range", () => {
    const space = createSearchSpace([
      { name: "layers", type: "int", min: 1, max: 3, distribution: "uniform" },
      { name: "dropout", type: "double", min: 0, max: 0.5, step: 0.1, distribution: "uniform" },
      { name: "shift", type: "double", min: -1, max: 1, distribution: "uniform" },
      { name: "batch", type: "discrete", values: ["128", "32", "64"] },
      { name: "optimizer", type: "categorical", values: ["a", "b", "c", "d"] },
    ]);
    for (let seed = 0; seed < 50; seed++) {
      const run = start({ space, seed, settings: { ...SETTINGS, truncation_threshold: "0.5" } });
      const first = generation(run);
      for (const { parent, point } of run.ask(99).slice(5)) {
        const from = first[parent!]!.point;
        expect(space.key(space.parse(space.format(point))!)).toBe(space.key(point));
        const [layers = 0, dropout = 0, , batch = 0, optimizer = 0] = point;
        expect(Math.abs(layers - from[0]!)).toBeLessThanOrEqual(1);
        expect(layers !== from[0] || layers === 1 || layers === 3).toBe(true);
        if (from[1] !== 0 && from[1] !== 0.5) expect(dropout).not.toBe(from[1]);
        // 32, 64, 128: 64 moves to either, the ends to 64.
        expect(from[3] === 2 ? [0, 1] : [2]).toContain(batch);
        expect([(from[4]! + 1) % 4, (from[4]! + 3) % 4]).toContain(optimizer);
      }
    }
  });

  it("runs a failed trial again once, with its parameters and parent, then copies one of the best instead", () => {
    const run = start();
    generation(run);
    const second = run.ask(99);
    run.finish(99, (trial) => (trial === second[3] ? { state: "failed", values: [] } : byId(trial)));
    const retry = run.ask(1)[0]!;
    expect(retry).toMatchObject({ point: second[3]!.point, parent: 3, labels: second[3]!.labels! });
    run.finish(1, () => ({ state: "failed", values: [] }));
    const copy = run.ask(1)[0]!;
    expect(label(copy, "generation")).toBe("1");
    expect(label(copy, "member")).toBe("3");
    expect(copy.parent).not.toBe(3);
  });

  it("gives up a draw that fails twice", () => {
    const run = start();
    run.ask(1);
    const fail = (): Outcome => ({ state: "failed", values: [] });
    run.finish(1, fail);
    const trials: SuggestedTrial[] = [];
    for (let i = 0; i < 12; i++) {
      trials.push(...run.ask(1));
      run.finish(1, (trial) => (label(trial, "member") === "0" ? fail() : byId(trial)));
    }
    const member = run.suggested.filter((trial) => label(trial, "member") === "0");
    expect(member[1]?.point).toEqual(member[0]?.point);
    expect(member[2]?.point).not.toEqual(member[0]?.point);
  });

  it("never copies from one that is not better, and never at threshold 0", () => {
    for (const truncation_threshold of ["0", "1"]) {
      const run = start({ settings: { ...SETTINGS, truncation_threshold } });
      generation(run);
      for (const [i, { parent }] of run.ask(99).entries())
        if (truncation_threshold === "0" || i === 0) expect(parent).toBe(i);
        else expect(parent).toBeLessThan(i);
    }
  });

  it("goes on with a member whose trial was lost", () => {
    const run = start();
    generation(run);
    const [lost] = run.ask(1);
    run.lose(1);
    expect(run.ask(1)[0]).toMatchObject({ point: lost!.point, parent: lost!.parent!, labels: lost!.labels! });
  });

  it("refuses a population below 5 and a folder that is not absolute", () => {
    const { check, settings } = findAlgorithm("pbt")!;
    expect(settings.find(({ name }) => name === "n_population")).toMatchObject({ min: 5, required: true });
    const space = createSearchSpace([rate]);
    expect(
      check!({ space, directions: ["minimize"], settings: { ...SETTINGS, suggestion_trial_dir: "ckpt" } })[0],
    ).toContain("absolute folder");
  });
});
