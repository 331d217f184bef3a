import {
  checkSettings,
  type Direction,
  type StoppingRule,
  type StoppingRuleFactory,
  type TrialHistory,
  TrialSeries,
} from "@qalam/algorithms";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CountedReads } from "./counted-reads.ts";

/** The promises a rule may be excused from. */
export type StoppingPromise = "keeps the best" | "keeps equals" | "needs others" | "stops something";

/** How the suite treats one rule. */
export interface StoppingRuleSuite {
  readonly settings?: Readonly<Record<string, string>>;
  /** The same settings for the negative objective. @default the same */
  readonly mirrored?: Readonly<Record<string, string>>;
  /** Promises this rule does not make, with the reason. */
  readonly except?: Partial<Record<StoppingPromise, string>>;
}

/** One report as a training makes it: any number, any step. */
type Report = readonly [loss: number, step: number | undefined];

/** A trial of a scene: its raw reports and what became of it. */
interface Actor {
  readonly reports: readonly Report[];
  readonly ending: "running" | "succeeded" | "failed" | "early-stopped";
}

const number = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 0.1, 0.2, 0.3, 0.5, 1, -1) },
  { weight: 4, arbitrary: fc.double({ min: -2, max: 2, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, 1e308, -1e308, 5e-324, -0) },
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 30 }) },
  { weight: 1, arbitrary: fc.constantFrom(-5, 0.25, 1000, 1231, 1233, 1238, 5_000_000) },
);
const actor = fc.record({
  reports: fc.array(fc.tuple(number, step), { maxLength: 14 }),
  ending: fc.constantFrom("running", "running", "succeeded", "failed", "early-stopped"),
}) satisfies fc.Arbitrary<Actor>;
/** The first is the one that is judged. */
const scene = fc.array(actor, { minLength: 1, maxLength: 9 });
/** Decides which trial reports next. */
const turns = fc.infiniteStream(fc.nat(1000));

/** The promises of StoppingRule, for every rule. */
export function describeStoppingRule(name: string, factory: StoppingRuleFactory, suite: StoppingRuleSuite = {}): void {
  const { settings = {}, mirrored = settings, except = {} } = suite;
  const create = (direction: Direction = "minimize"): StoppingRule =>
    factory.create(direction === "minimize" ? settings : mirrored, { direction, metric: "loss" });
  const promise = (promised: StoppingPromise, text: string, check: () => void) => {
    const excuse = except[promised];
    if (excuse === undefined) it(text, check);
    else it.skip(`${text} [excused: ${excuse}]`, () => {});
  };

  describe(`${name} keeps the contract of StoppingRule`, () => {
    it("accepts its settings, and its defaults are what it would accept", () => {
      const given = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
      expect(checkSettings(name, factory.settings, given)).toEqual([]);
      expect(factory.check?.(settings) ?? []).toEqual([]);
      for (const spec of factory.settings) {
        expect(spec.default !== undefined).not.toBe(spec.required === true);
        const { default: value } = spec;
        if (value !== undefined) expect(checkSettings(name, [spec], [{ name: spec.name, value }])).toEqual([]);
      }
    });
    describePurity(create);
    describeFairness(create, promise);
    describeCost(create);
  });
}

function describePurity(create: (direction?: Direction) => StoppingRule): void {
  it("decides by the histories, in whatever order the trials reported", () =>
    fc.assert(
      fc.property(scene, turns, turns, (actors, first, second) => {
        const stage = new Stage(create(), actors).play(first);
        expect(stage.verdict()).toEqual(new Stage(create(), actors).play(second).verdict());
        expect(stage.verdict()).toEqual(stage.verdict());
      }),
      { numRuns: 200 },
    ));
  it("decides the same whenever it was asked before", () =>
    fc.assert(
      fc.property(scene, turns, (actors, order) => {
        const asked = new Stage(create(), actors, (stage) => stage.verdict()).play(order);
        expect(asked.verdict()).toEqual(new Stage(create(), actors).play(order).verdict());
      }),
      { numRuns: 100 },
    ));
  it("does not remember forgotten trials", () =>
    fc.assert(
      fc.property(scene, actor, turns, (actors, passing, order) => {
        const stage = new Stage(create(), [...actors, { ...passing, ending: "running" }]).play(order);
        stage.forget(actors.length);
        stage.forget(99);
        expect(stage.verdict()).toEqual(new Stage(create(), actors).play(order).verdict());
      }),
      { numRuns: 200 },
    ));
  it("maximises as it minimises the negative", () =>
    fc.assert(
      fc.property(scene, turns, (actors, order) => {
        const verdicts = (["minimize", "maximize"] as const).map((direction) =>
          new Stage(create(direction), actors).play(order).verdict(),
        );
        expect(verdicts[0] === undefined).toBe(verdicts[1] === undefined);
      }),
      { numRuns: 200 },
    ));
  it("says why, in numbers there are", () =>
    fc.assert(
      fc.property(scene, turns, (actors, order) => {
        const verdict = new Stage(create(), actors).play(order).verdict();
        if (verdict === undefined) return;
        expect(verdict).toMatch(/loss.*\d/);
        expect(verdict).not.toMatch(/NaN|undefined|null|\d{12}/);
      }),
      { numRuns: 200 },
    ));
}

function describeFairness(
  create: () => StoppingRule,
  promise: (name: StoppingPromise, text: string, check: () => void) => void,
): void {
  promise("keeps the best", "never stops the trial that is best at its step", () =>
    fc.assert(
      fc.property(scene, turns, (actors, order) => {
        const stage = new Stage(create(), actors).play(order);
        if (stage.isBestAtItsStep()) expect(stage.verdict()).toBeUndefined();
      }),
      { numRuns: 500 },
    ),
  );
  promise("keeps equals", "stops none of equal trials", () =>
    fc.assert(
      fc.property(actor, fc.integer({ min: 1, max: 8 }), turns, (one, count, order) => {
        const equals = Array.from({ length: count }, (): Actor => ({ ...one, ending: "running" }));
        expect(new Stage(create(), equals).play(order).verdict()).toBeUndefined();
      }),
    ),
  );
  promise("needs others", "lets a trial without others go on", () =>
    fc.assert(
      fc.property(actor, turns, (one, order) => {
        expect(new Stage(create(), [one]).play(order).verdict()).toBeUndefined();
      }),
    ),
  );
  promise("stops something", "stops a hopeless trial, however it is hopeless", () => {
    const curve = (level: number): Actor => ({
      ending: "succeeded",
      reports: Array.from({ length: 30 }, (_, i) => [level + 1 / (i + 1), undefined]),
    });
    const good = Array.from({ length: 12 }, (_, i) => curve(i / 100));
    for (const level of [50, Number.POSITIVE_INFINITY, Number.NaN]) {
      const hopeless: Actor = { ending: "running", reports: curve(level).reports.slice(0, 20) };
      const stage = new Stage(create(), [hopeless, ...good]).play(new Array(1000).fill(0).values());
      expect(stage.verdict()).toBeDefined();
    }
  });
}

function describeCost(create: () => StoppingRule): void {
  it("does not read the histories of other trials again at a report", () => {
    const readsPerReport = (trials: number): number => {
      const rule = create();
      const reads = new CountedReads();
      const series = Array.from({ length: trials }, (_, i) => new TrialSeries(`t${i}`));
      const watched = series.map(({ id, steps, values }) => ({
        id,
        steps: reads.watch(steps),
        values: reads.watch(values),
      }));
      for (let step = 1; step <= 12; step++)
        for (const [i, one] of series.entries()) {
          one.add(((i * 7) % 11) + 1 / step, step);
          rule.observe(watched[i] as TrialHistory);
          rule.decide(watched[i] as TrialHistory);
        }
      return reads.count / (12 * trials);
    };
    expect(readsPerReport(200)).toBeLessThan(1.5 * readsPerReport(10) + 1);
  });
}

/** Plays a scene to a rule as the controllers would. */
class Stage {
  readonly #rule: StoppingRule;
  readonly #actors: readonly Actor[];
  readonly #series: readonly TrialSeries[];
  readonly #each: (stage: Stage) => void;

  constructor(rule: StoppingRule, actors: readonly Actor[], each: (stage: Stage) => void = () => {}) {
    this.#rule = rule;
    this.#actors = actors;
    this.#series = actors.map((_, i) => new TrialSeries(`trial-${i}`));
    this.#each = each;
  }

  play(turns: Iterator<number>): this {
    const open = this.#actors.map(({ reports }, i) => ({ i, left: [...reports] }));
    for (;;) {
      const ready = open.filter(({ left }) => left.length > 0);
      if (ready.length === 0) break;
      const { i, left } = ready[(turns.next().value as number) % ready.length] as (typeof open)[number];
      const [loss, step] = left.shift() as Report;
      this.#report(i, loss, step);
      if (left.length === 0) this.#end(i);
      this.#each(this);
    }
    return this;
  }

  forget(i: number): void {
    this.#rule.forget(`trial-${i}`);
  }

  /** Why the first trial should stop. */
  verdict(): string | undefined {
    const subject = this.#series[0] as TrialSeries;
    return subject.steps.length === 0 || this.#actors[0]?.ending === "failed"
      ? undefined
      : this.#rule.decide(subject)?.message;
  }

  /** No other trial that has come as far had a better value by then, steps taken to three digits. */
  isBestAtItsStep(): boolean {
    const [subject, ...others] = this.#series as [TrialSeries, ...TrialSeries[]];
    const now = toThreeDigits(subject.steps.at(-1) ?? 0);
    const best = bestUpTo(subject, now);
    return others.every(
      (other, i) =>
        this.#actors[i + 1]?.ending === "failed" ||
        toThreeDigits(other.steps.at(-1) ?? Number.NEGATIVE_INFINITY) < now ||
        !(bestUpTo(other, now) < best),
    );
  }

  #report(i: number, loss: number, step: number | undefined): void {
    const series = this.#series[i] as TrialSeries;
    if (series.add(loss, step)) this.#rule.observe(series);
  }

  #end(i: number): void {
    const { ending } = this.#actors[i] as Actor;
    if (ending === "failed") this.forget(i);
    else if (ending === "succeeded") this.#rule.settle?.(this.#series[i] as TrialSeries);
  }
}

function bestUpTo({ steps, values }: TrialHistory, step: number): number {
  return Math.min(...values.filter((_, i) => toThreeDigits(steps[i] as number) <= step));
}

function toThreeDigits(step: number): number {
  return Number(step.toPrecision(3));
}
