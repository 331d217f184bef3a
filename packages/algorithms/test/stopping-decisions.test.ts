import { type Direction, findStoppingRule, TrialSeries } from "@qalam/algorithms";
import { describe, expect, it } from "vitest";

/** Trials of one experiment and a rule that watches them. */
class Track {
  readonly #rule;
  readonly #sign: number;
  readonly #trials = new Map<string, TrialSeries>();

  constructor(name: string, settings: Record<string, string> = {}, direction: Direction = "minimize") {
    this.#rule = findStoppingRule(name)!.create(settings, { direction, metric: "score" });
    this.#sign = direction === "maximize" ? -1 : 1;
  }

  /** Reports values one by one; steps count from 1 unless given. @returns the messages of the decisions after each */
  report(id: string, values: readonly number[], steps?: readonly number[]): (string | undefined)[] {
    const series = this.#trials.get(id) ?? new TrialSeries(id);
    this.#trials.set(id, series);
    return values.map((value, i) => {
      series.add(value * this.#sign, steps?.[i]);
      this.#rule.observe(series);
      return this.#rule.decide(series)?.message;
    });
  }

  finish(id: string, values: readonly number[], steps?: readonly number[]): void {
    this.report(id, values, steps);
    this.#rule.settle?.(this.#trials.get(id)!);
  }

  ask(id: string): string | undefined {
    return this.#rule.decide(this.#trials.get(id)!)?.message;
  }
}

const stopsAt = (decisions: readonly (string | undefined)[]): number =>
  decisions.findIndex((one) => one !== undefined) + 1;

describe("medianstop", () => {
  const settings = { min_trials_required: "3", start_step: "2" };

  it("compares the best so far with the median of running averages at the same step, at every report from start_step on", () => {
    const track = new Track("medianstop", settings);
    track.report("a", [1, 0.5, 0.3]); // averages 1, 0.75, 0.6
    track.report("b", [2, 0, 0]); // averages 2, 1, 0.67
    expect(track.report("early", [9, 9])).toEqual([undefined, undefined]); // two others are too few
    track.report("c", [4, 4, 1]); // averages 4, 4, 3
    // Others at step 2: 0.75, 1, 4, 9; median 2.5. At step 3: 0.6, 0.67, 3; median 0.67.
    const decisions = track.report("d", [9, 2.5, 0.7]);
    expect(decisions).toEqual([
      undefined,
      undefined,
      "medianstop: the best score up to step 3 is 0.7, worse than 0.666667, the median of the averages of 3 other trials up to there",
    ]);
  });

  it("speaks in the user's sign when maximising", () => {
    const track = new Track("medianstop", settings, "maximize");
    for (const id of ["a", "b", "c"]) track.report(id, [0.8, 0.9]);
    expect(track.report("d", [0.1, 0.2])[1]).toContain("the best score up to step 2 is 0.2, worse than 0.85");
  });

  it("counts reports, not steps, for start_step, and compares where steps meet to three digits", () => {
    const track = new Track("medianstop", settings);
    for (const [i, id] of ["a", "b", "c"].entries()) track.report(id, [1, 1], [10_001 + i, 20_002 + i]);
    expect(stopsAt(track.report("d", [5, 5], [10_009, 19_990]))).toBe(2);
  });
});

describe("percentile", () => {
  it("keeps the best share by best values", () => {
    const track = new Track("percentile", { percentile: "50", min_trials_required: "3", start_step: "1" });
    track.report("a", [1]);
    track.report("b", [2]);
    track.report("c", [4]);
    expect(track.report("on the bound", [2])[0]).toBeUndefined();
    expect(track.report("beyond", [2.5])[0]).toBe(
      "percentile: the best score up to step 1 is 2.5, worse than 2, which the best 50 % of 4 other trials reached by there",
    );
  });
});

describe("asha", () => {
  it("lets one of eta trials pass at each rung, and judges again when better ones follow", () => {
    const track = new Track("asha", { eta: "3", start_step: "1" });
    expect(track.report("a", [0.5, 0.5])).toEqual([undefined, undefined]);
    expect(track.report("b", [0.6])).toEqual([undefined]);
    expect(track.report("c", [0.4])).toEqual([undefined]);
    // Three have passed step 1 and one goes on: c. The others are told at their next report, unless they lead at their own step.
    expect(track.report("b", [0.6])[0]).toBe(
      "asha: the best score up to step 1 is 0.6, which is number 3 of 3 trials; the first 1 of them went on",
    );
    expect(track.ask("a")).toBeUndefined();
    track.report("c", [0.3]);
    expect(track.ask("a")).toContain("number 2 of 3");
    // At the next rung, step 3, nobody else has arrived.
    expect(track.report("c", [0.3, 0.3])).toEqual([undefined, undefined]);
  });
});

describe("hyperband", () => {
  it("compares trials of the same bracket only, and some of its brackets start late", () => {
    const track = new Track("hyperband", { max_step: "27", eta: "3" });
    const ids = Array.from({ length: 90 }, (_, i) => `trial ${i}`);
    const firsts = ids.map((id, i) =>
      stopsAt(
        track.report(
          id,
          Array.from({ length: 27 }, () => i),
        ),
      ),
    );
    for (const first of firsts) expect([0, 1, 3, 9, 27]).toContain(first);
    const stoppedAt = (step: number): number => firsts.filter((first) => first === step).length;
    // Brackets take 27, 12, 6 and 4 of 49 trials.
    expect(stoppedAt(1)).toBeGreaterThan(stoppedAt(3));
    expect(stoppedAt(3)).toBeGreaterThan(stoppedAt(27));
    expect(stoppedAt(27)).toBeGreaterThan(0);
  });
});

describe("patient", () => {
  it("counts reports without an improvement of more than min_delta", () => {
    const track = new Track("patient", { patience: "2", min_delta: "0.1" });
    const decisions = track.report("a", [1, 0.95, 0.85, 0.8, Number.NaN]);
    expect(decisions.slice(0, 4)).toEqual([undefined, undefined, undefined, undefined]);
    expect(decisions[4]).toBe("patient: score has not improved on 0.85 of step 3 by more than 0.1 in 2 reports");
  });
});

describe("threshold", () => {
  it("looks at the newest value, NaN included, from start_step on", () => {
    const track = new Track("threshold", { value: "0.6", start_step: "2" }, "maximize");
    expect(track.report("a", [0.1, 0.6, 0.59])).toEqual([
      undefined,
      undefined,
      "threshold: score is 0.59 at step 3, worse than 0.6",
    ]);
    expect(track.report("b", [0.9, Number.NaN])[1]).toBe(
      "threshold: score is nan or -infinity at step 2, worse than 0.6",
    );
  });
});

describe("wilcoxon", () => {
  const best = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];

  it("stops when the folds are worse by more than chance: four of four have p = 1/16", () => {
    const track = new Track("wilcoxon");
    track.finish("best", best);
    track.finish(
      "worse",
      best.map((value) => value + 1),
    );
    const decisions = track.report(
      "a",
      best.map((value) => value + 0.1),
    );
    expect(stopsAt(decisions)).toBe(4);
    expect(decisions[3]).toBe(
      "wilcoxon: score is 0.35 on average over 4 folds, worse than 0.25 of the best trial; by chance with probability 0.0625, below 0.1",
    );
  });

  it("compares equal folds with each other, and lets a trial go on that is better on average", () => {
    const track = new Track("wilcoxon");
    track.finish("best", best);
    expect(stopsAt(track.report("reversed", [...best].reverse(), [6, 7, 8, 9, 10, 11]))).toBe(0);
    expect(stopsAt(track.report("one great fold", [0.11, 0.21, -5, 0.41, 0.51, 0.61]))).toBe(0);
  });
});

describe("curve", () => {
  const powerLaw = (end: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => end + 0.5 / (i + 1));

  it("stops a curve that ends worse than the best, and not one that will pass it", () => {
    const track = new Track("curve");
    track.finish("best", powerLaw(0.2, 50));
    const hopeless = track.report("hopeless", powerLaw(0.4, 50));
    expect(stopsAt(hopeless)).toBeGreaterThanOrEqual(4);
    expect(stopsAt(hopeless)).toBeLessThan(20);
    expect(hopeless[stopsAt(hopeless) - 1]).toMatch(
      /^curve: score is predicted to be 0\.(38|39|4)\d* at step 50, worse than the best 0\.21 with probability 0\.9[5-9]\d$/,
    );
    const late = Array.from({ length: 50 }, (_, i) => 1.5 - 0.028 * (i + 1)); // a slow start, and at the end the best
    expect(stopsAt(track.report("late", late))).toBe(0);
  });

  it("waits until a trial has succeeded or max_step is given", () => {
    const without = new Track("curve");
    without.report("running", powerLaw(0.2, 50));
    expect(stopsAt(without.report("hopeless", powerLaw(0.4, 40)))).toBe(0);
    const given = new Track("curve", { max_step: "50" });
    given.report("running", powerLaw(0.2, 50));
    expect(stopsAt(given.report("hopeless", powerLaw(0.4, 40)))).toBeGreaterThan(0);
  });

  it("gives up a curve that is no number any more", () => {
    const track = new Track("curve");
    track.finish("best", powerLaw(0.2, 50));
    const diverged = [0.9, 0.8, 0.7, ...Array.from({ length: 4 }, () => Number.NaN)];
    expect(track.report("diverged", diverged)[6]).toContain("no finite number in the last 4 reports");
  });

  it("takes long histories", () => {
    const track = new Track("curve");
    track.finish("best", powerLaw(0.2, 3000));
    expect(stopsAt(track.report("hopeless", powerLaw(0.4, 3000)))).toBeGreaterThan(0);
  });
});
