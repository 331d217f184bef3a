import {
  type Algorithm,
  checkSettings,
  createSearchSpace,
  type Direction,
  type Point,
  type SamplerOptions,
  type SearchSpace,
} from "@qalam/algorithms";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeGuidance, startRandom } from "./describe-guidance.ts";
import { bowl, type Outcome, SamplerRun, success } from "./sampler-run.ts";
import {
  CONDITIONAL,
  CONSTRAINED,
  ENDLESS,
  FINITE,
  MIXED,
  numericSpace,
  SEARCH_SPACE_ZOO,
  type ZooSpace,
} from "./search-space-zoo.ts";

/** The promises an algorithm may be excused from. */
export type SamplerPromise =
  | "differs by seed"
  | "answers batches in full"
  | "never repeats"
  | "exhausts finite spaces"
  | "learns"
  | "maximises"
  | "many dimensions";

/** How the suite treats one algorithm. */
export interface SamplerSuite {
  readonly settings?: Readonly<Record<string, string>>;
  readonly budget?: SamplerOptions["budget"];
  /** Promises this algorithm does not make, with the reason. */
  readonly except?: Partial<Record<SamplerPromise, string>>;
  /** Runs of each property; fewer for expensive algorithms. */
  readonly runs?: number;
  /** Trials within which it must have learnt. */
  readonly learningTrials?: number;
  /** Below this part of random search's best value its own must be by then; 1 by default. */
  readonly partOfRandom?: number;
  /** Name of the parameter by which it trains one configuration for longer or shorter; the suite adds it to every space. */
  readonly resource?: string;
}

/** What a check needs to know. */
interface Subject {
  readonly algorithm: Algorithm;
  readonly suite: SamplerSuite;
  readonly runs: number;
  options(space: SearchSpace, more?: Partial<SamplerOptions>): SamplerOptions;
  start(space: SearchSpace, more?: Partial<SamplerOptions>): SamplerRun;
  /** The zoo's spaces that the algorithm takes. */
  accepted(spaces: readonly ZooSpace[]): readonly ZooSpace[];
  /** `it`, or `it.skip` with the reason. */
  promise(name: SamplerPromise, text: string, check: () => void): void;
}

/** The promises of Sampler, for every algorithm. */
export function describeSampler(name: string, algorithm: Algorithm, suite: SamplerSuite = {}): void {
  const subject = subjectOf(algorithm, suite);
  describe(`${name} keeps the contract of Sampler`, () => {
    it("accepts its settings and some of the spaces", () => {
      const settings = Object.entries(suite.settings ?? {}).map(([key, value]) => ({ name: key, value }));
      expect(checkSettings(name, algorithm.settings, settings)).toEqual([]);
      expect(subject.accepted(SEARCH_SPACE_ZOO).length).toBeGreaterThan(0);
    });
    describeDeterminism(subject);
    describeValues(subject);
    describeResults(subject);
    describeFeatures(subject);
    describeLearning(subject);
    describeGuidance({ ...subject, spaceFor: (space) => withResource({ name: "", space }, suite.resource).space });
  });
}
function subjectOf(algorithm: Algorithm, suite: SamplerSuite): Subject {
  const options = (space: SearchSpace, more: Partial<SamplerOptions> = {}): SamplerOptions => ({
    space,
    directions: ["minimize"],
    settings: suite.settings ?? {},
    seed: 1,
    budget: suite.budget ?? { maxTrials: 100, parallelTrials: 4 },
    ...more,
  });
  const isAccepted = ({ space }: ZooSpace) =>
    (algorithm.supports.conditions === true || space.parameters.every(({ activeWhen }) => activeWhen === undefined)) &&
    (algorithm.supports.constraints === true || space.constraints.length === 0) &&
    (algorithm.check?.(options(space)) ?? []).length === 0;
  return {
    algorithm,
    suite,
    runs: suite.runs ?? 15,
    options,
    start: (space, more) => new SamplerRun(algorithm, options(space, more)),
    accepted: (spaces) => spaces.map((one) => withResource(one, suite.resource)).filter(isAccepted),
    promise: (promised, text, check) => {
      const excuse = suite.except?.[promised];
      if (excuse === undefined) it(text, check);
      else it.skip(`${text} [excused: ${excuse}]`, () => {});
    },
  };
}
/** A space with a parameter from 1 to 9 that is a training's resource. */
function withResource({ name, space }: ZooSpace, resource: string | undefined): ZooSpace {
  if (resource === undefined) return { name, space };
  const parameter = { name: resource, type: "int", min: 1, max: 9, distribution: "uniform" } as const;
  return { name, space: createSearchSpace([...space.parameters, parameter], space.constraints) };
}
/** A point of time in an experiment: results come in, suggestions are asked for. */
interface Step {
  readonly count: number;
  readonly finish: number;
  readonly lose: boolean;
  readonly shuffle: number;
  readonly reload: boolean;
}

const steps = fc.array(
  fc.record({
    count: fc.integer({ min: 1, max: 5 }),
    finish: fc.integer({ min: 0, max: 6 }),
    lose: fc.boolean(),
    shuffle: fc.integer({ min: 0, max: 1000 }),
    reload: fc.boolean(),
  }),
  { minLength: 4, maxLength: 14 },
);
/** Results of every kind, the same for the same trial: mostly a value, sometimes a failure, an early stop, a hard number, a constraint violated. */
function anyOutcome(space: SearchSpace, constraints = 0) {
  return ({ id, point }: { id: number; point: Point }): Outcome => {
    const value = bowl(point, space.counts, space);
    const kind = (id * 7) % 12;
    const violated = constraints === 0 ? {} : { constraints: Array.from({ length: constraints }, () => (id % 3) - 1) };
    if (kind === 1) return { state: "failed", values: [] };
    if (kind === 3)
      return {
        state: "early-stopped",
        values: [value + 1],
        intermediate: [
          [1, value + 2],
          [id, value + 1],
        ],
      };
    if (kind === 5) return success([Number.NaN, Number.POSITIVE_INFINITY, 1e300, Number.NEGATIVE_INFINITY][id % 4]!);
    return { ...success(value), ...violated };
  };
}
/** Cuts trials into batches in an order of its own, the same for the same number. */
function shuffled<T extends { id: number }>(number: number): (trials: T[]) => T[][] {
  return (trials) => {
    const sorted = [...trials].sort(
      (a, b) => ((a.id * 7919 + number) % 101) - ((b.id * 7919 + number) % 101) || a.id - b.id,
    );
    const cut = sorted.length === 0 ? 0 : number % sorted.length;
    return [sorted.slice(0, cut), sorted.slice(cut)];
  };
}
function describeDeterminism(subject: Subject): void {
  const { accepted, start, promise, runs } = subject;
  const someSpace = fc.constantFrom(...accepted(SEARCH_SPACE_ZOO));
  const property = (check: (space: SearchSpace, steps: readonly Step[], seed: number) => void) =>
    fc.assert(
      fc.property(someSpace, steps, fc.nat(1000), ({ space }, plan, seed) => check(space, plan, seed)),
      { numRuns: runs },
    );
  const follow = (
    run: SamplerRun,
    space: SearchSpace,
    plan: readonly Step[],
    each: (step: Step) => void,
    isSorted = true,
  ) => {
    for (const step of plan) {
      run.finish(step.finish, anyOutcome(space));
      if (step.lose) run.lose(1);
      each(step);
      run.ask(step.count, isSorted ? undefined : shuffled(step.shuffle));
    }
    return run.transcript();
  };
  it("gives the same answers to the same questions", () =>
    property((space, plan, seed) => {
      const runsOf = () => follow(start(space, { seed }), space, plan, () => {});
      expect(runsOf()).toEqual(runsOf());
    }));
  it("goes on after stop, dump and load as if never stopped", () =>
    property((space, plan, seed) => {
      const calm = follow(start(space, { seed }), space, plan, () => {});
      const run = start(space, { seed });
      const stopped = follow(run, space, plan, ({ reload, shuffle }) => {
        if (reload) run.reload(shuffled(shuffle));
      });
      expect(stopped).toEqual(calm);
    }));
  it("takes results in any order and in any batches", () =>
    property((space, plan, seed) => {
      const calm = follow(start(space, { seed }), space, plan, () => {});
      expect(follow(start(space, { seed }), space, plan, () => {}, false)).toEqual(calm);
    }));
  it("ignores what it was told before", () =>
    property((space, plan, seed) => {
      const calm = follow(start(space, { seed }), space, plan, () => {});
      const run = start(space, { seed });
      expect(follow(run, space, plan, () => run.tell(run.finished.slice(0, 5)))).toEqual(calm);
    }));
  promise("differs by seed", "gives other answers with another seed", () => {
    const space = accepted([MIXED, ...FINITE.slice(2)])[0]!.space;
    const transcript = (seed: number) => follow(start(space, { seed }), space, PLAIN, () => {});
    expect(transcript(1)).not.toEqual(transcript(2));
  });
}
const PLAIN: readonly Step[] = Array.from({ length: 5 }, () => ({
  count: 2,
  finish: 2,
  lose: false,
  shuffle: 0,
  reload: false,
}));
/** A value as the user sees it is one of the parameter's. */
function expectValid(space: SearchSpace, point: Point): void {
  const texts = space.format(point);
  expect(space.isFeasible(point)).toBe(true);
  expect(space.key(space.parse(texts)!)).toBe(space.key(point));
  space.parameters.forEach((parameter, i) => {
    const text = texts.find(({ name }) => name === parameter.name)?.value;
    const isActive = (parameter.activeWhen ?? []).every((one) => one.indices.includes(point[one.parameter]!));
    expect(text !== undefined).toBe(isActive);
    if (text === undefined) return;
    if ("values" in parameter) return expect(parameter.values).toContain(text);
    expect(text).toMatch(parameter.type === "int" ? /^-?\d+$/ : /^-?\d+(\.\d+)?(e[+-]\d\d+)?$/);
    const value = Number(text);
    expect(value).toBe(point[i]! + 0);
    expect(value).toBeGreaterThanOrEqual(parameter.min);
    expect(value).toBeLessThanOrEqual(parameter.max);
    const step = parameter.step ?? (parameter.type === "int" ? 1 : undefined);
    if (step === undefined || parameter.max > 2 ** 52) return;
    const steps = (value - parameter.min) / step;
    expect(Math.abs(steps - Math.round(steps))).toBeLessThan(1e-6);
    // As many decimals as the user wrote, not those of binary fractions.
    expect(text.length).toBeLessThan(12);
  });
}
function describeValues({ accepted, start, promise, runs, suite }: Subject): void {
  it.each(accepted(SEARCH_SPACE_ZOO))("suggests values of the space: $name", ({ space }) => {
    const run = start(space).play(10, 4, anyOutcome(space));
    for (const { point } of run.suggested) expectValid(space, point);
    expect(run.suggested.map(({ id }) => id)).toEqual(run.suggested.map((_, i) => i));
    expect(run.suggested.length).toBeGreaterThan(0);
  });
  promise("never repeats", "makes batches of 1 to 64 without duplicates", () => {
    const spaces = accepted(ENDLESS);
    if (spaces.length === 0) return;
    fc.assert(
      fc.property(
        fc.constantFrom(...spaces),
        fc.integer({ min: 1, max: 64 }),
        fc.boolean(),
        ({ space }, batch, isStarted) => {
          const run = start(space);
          if (isStarted) run.play(12, 2, anyOutcome(space));
          const suggestions = run.ask(batch);
          if (suite.except?.["answers batches in full"] === undefined) expect(suggestions).toHaveLength(batch);
          const keys = run.suggested.map(({ point }) => space.key(point));
          expect(new Set(keys).size).toBe(keys.length);
        },
      ),
      { numRuns: runs },
    );
  });
  const finite = accepted([...FINITE, ...CONDITIONAL.slice(-1), ...CONSTRAINED.slice(-1)]);
  // Where there is a resource every configuration is tried with some of it, not with every amount.
  const configuration = ({ key }: SearchSpace, point: Point) =>
    key(suite.resource === undefined ? point : point.with(-1, 1));
  if (finite.length > 0)
    describe.each(finite)("a finite space: $name", ({ space }) => {
      const all = Array.from({ length: space.size }, (_, i) => space.at(i))
        .filter(space.isFeasible)
        .map((point) => configuration(space, point));
      const wanted = [...new Set(all)].sort();
      promise("exhausts finite spaces", "is tried out without repeats, and then the search ends", () => {
        fc.assert(
          fc.property(
            fc.integer({ min: 1, max: 7 }),
            // A promotion may come of every trial under way, so nothing is exhausted before they have ended.
            fc.integer({ min: suite.resource === undefined ? 0 : 1, max: 7 }),
            fc.nat(100),
            (batch, finish, seed) => {
              const run = start(space, { seed });
              for (let i = 0; i < 4 * all.length && !run.isExhausted; i++) {
                run.ask(batch);
                run.finish(Math.max(finish, run.pending.length - 8), anyOutcome(space));
              }
              expect(run.isExhausted).toBe(true);
              const keys = run.suggested.map(({ point }) => space.key(point));
              expect(new Set(keys).size).toBe(keys.length);
              const tried = run.suggested.map(({ point }) => configuration(space, point));
              expect([...new Set(tried)].sort()).toEqual(wanted);
              expect(run.ask(3)).toEqual([]);
            },
          ),
          { numRuns: Math.min(runs, 6) },
        );
      });
    });
}
/** Objectives that break arithmetic. */
const HARD_OBJECTIVES: readonly [string, (id: number, value: number) => Outcome][] = [
  ["all equal", () => success(3)],
  ["all NaN", () => success(Number.NaN)],
  ["all infinite", () => success(Number.POSITIVE_INFINITY)],
  ["all minus infinite", () => success(Number.NEGATIVE_INFINITY)],
  ["huge", (id, value) => success((id % 2 === 0 ? 1 : -1) * (1e307 + value))],
  ["tiny differences", (_, value) => success(1e9 + value * 1e-6)],
  ["denormal", (_, value) => success(value * 5e-323)],
  ["all failed", () => ({ state: "failed", values: [] })],
  ["all stopped early", (id, value) => ({ state: "early-stopped", values: [value], intermediate: [[id, value]] })],
  [
    "every kind of number",
    (id, value) => success([Number.NaN, value, Infinity, -Infinity, 1e308, -1e308, -0][id % 7]!),
  ],
];
function describeResults({ accepted, start, promise }: Subject): void {
  const spaces = accepted([MIXED, ...FINITE.slice(2, 3)]);
  it.each(HARD_OBJECTIVES)("copes with objectives that are %s", (_name, outcome) => {
    for (const { space } of spaces) {
      const run = start(space);
      run.play(14, 2, ({ id, point }) => outcome(id, bowl(point, space.counts, space)));
      for (const { point } of run.suggested) expectValid(space, point);
      expect(run.suggested.length).toBeGreaterThan(3);
    }
  });
  promise("maximises", "maximises as it minimises the negative", () => {
    for (const { space } of spaces) {
      const play = (sign: 1 | -1) =>
        start(space, { directions: [sign === 1 ? "minimize" : "maximize"] })
          .play(15, 2, (trial) => {
            const outcome = anyOutcome(space)(trial);
            return {
              ...outcome,
              values: outcome.values.map((value) => sign * value),
              ...(outcome.intermediate !== undefined && {
                intermediate: outcome.intermediate.map(([step, value]) => [step, sign * value] as const),
              }),
            };
          })
          .transcript();
      expect(play(-1)).toEqual(play(1));
    }
  });
  const numeric = accepted(
    [1, 2, 50, 200].map((dimension) => ({ name: `${dimension}`, space: numericSpace(dimension) })),
  );
  if (numeric.length > 0)
    describe.each(numeric)("$name dimensions", ({ space }) => {
      promise("many dimensions", "are searched", () => {
        const run = start(space).play(12, 2, anyOutcome(space));
        expect(run.suggested).toHaveLength(24);
        for (const { point } of run.suggested) expectValid(space, point);
      });
    });
}
function describeFeatures({ algorithm, accepted, start }: Subject): void {
  const { supports } = algorithm;
  const spaces = accepted([MIXED, ...CONDITIONAL, ...CONSTRAINED, ...FINITE.slice(2)]);
  if (supports.initialPoints === true)
    it.each(spaces)("tries the given points first: $name", ({ space }) => {
      const points = start(space, { seed: 77 })
        .ask(3)
        .map(({ point }) => point);
      const run = start(space, { initialPoints: points });
      run.ask(1);
      run.finish(1, anyOutcome(space));
      run.ask(points.length - 1);
      expect(run.suggested.map(({ point }) => space.key(point))).toEqual(points.map(space.key));
      run.reload((trials) => [trials]);
      run.play(3, 2, anyOutcome(space));
      const keys = run.suggested.map(({ point }) => space.key(point));
      expect(new Set(keys).size).toBe(keys.length);
    });
  if (supports.warmStart === true)
    it.each(spaces)("takes trials of earlier experiments: $name", ({ space }) => {
      const earlier = start(space, { seed: 5 }).play(8, 2, anyOutcome(space)).finished;
      const run = start(space);
      run.tell(earlier.map((trial) => ({ ...trial, id: -1 - trial.id })));
      expect(run.ask(2).map(({ id }) => id)).toEqual([0, 1]);
    });
  if (supports.outcomeConstraints === true)
    it.each(spaces)("takes infeasible trials: $name", ({ space }) => {
      const run = start(space, { constraints: 2 }).play(14, 2, anyOutcome(space, 2));
      for (const { point } of run.suggested) expectValid(space, point);
    });
  if (supports.multiObjective === true)
    describe.each([2, 3, 5])("searches for trade-offs of %i objectives", (count) => {
      it.each(spaces)("$name", ({ space }) => {
        const directions = Array.from({ length: count }, (_, i): Direction => (i % 2 === 0 ? "minimize" : "maximize"));
        const run = start(space, { directions }).play(12, 3, (trial) => {
          const outcome = anyOutcome(space)(trial);
          const [value = Number.NaN] = outcome.values;
          if (outcome.state === "failed") return outcome;
          return { ...outcome, values: directions.map((_, i) => (i === 0 ? value : (trial.point[0] ?? 0) * i)) };
        });
        for (const { point } of run.suggested) expectValid(space, point);
      });
    });
}
function describeLearning({ accepted, start, promise, suite }: Subject): void {
  const spaces = accepted([MIXED, { name: "five doubles", space: numericSpace(5) }]);
  if (spaces.length > 0)
    describe.each(spaces)("results: $name", ({ space }) => {
      promise(
        "learns",
        "guide the search: the second half is better than the first, and the best than random search's",
        () => {
          const trials = suite.learningTrials ?? 60;
          const bests = { ours: 0, random: 0 };
          for (let seed = 0; seed < 5; seed++) {
            const options = { seed, budget: { maxTrials: trials, parallelTrials: 1 } };
            const values = bowlValues(start(space, options), space, trials);
            expect(mean(values.slice(0, trials / 4))).toBeGreaterThan(mean(values.slice(trials / 2)));
            bests.ours += Math.min(...values) / 5;
            bests.random += Math.min(...bowlValues(startRandom(space, options), space, trials)) / 5;
          }
          expect(bests.ours).toBeLessThan(bests.random * (suite.partOfRandom ?? 1));
        },
      );
    });
}
function bowlValues(run: SamplerRun, space: SearchSpace, trials: number): number[] {
  run.play(trials, 1, ({ point }) => success(bowl(point, space.counts, space)));
  return run.finished.map(({ values: [value = 0] }) => value);
}
function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
