import {
  type Algorithm,
  createSearchSpace,
  type Direction,
  findAlgorithm,
  hypervolume,
  type Point,
  type SamplerOptions,
  type SearchSpace,
} from "@qalam/algorithms";
import { describe, expect } from "vitest";
import { bowl, SamplerRun, success } from "./sampler-run.ts";
import { numericSpace } from "./search-space-zoo.ts";

/** What the checks need of the suite. */
interface LearningSubject {
  readonly algorithm: Algorithm;
  start(space: SearchSpace, more?: Partial<SamplerOptions>): SamplerRun;
  promise(name: "learns", text: string, check: () => void): void;
  /** The space with the parameters the algorithm needs beside, behind the others. */
  spaceFor(space: SearchSpace): SearchSpace;
}

const TRIALS = 60;
const SEEDS = [0, 1, 2, 3, 4];

/** That what a sampler supports is put to use: fronts, outcome constraints and earlier trials guide the search. */
export function describeGuidance({ algorithm, start, promise, spaceFor }: LearningSubject): void {
  const { multiObjective, outcomeConstraints, warmStart } = algorithm.supports;
  if (multiObjective !== true && outcomeConstraints !== true && warmStart !== true) return;
  const square = spaceFor(SQUARE);
  describe("guidance", () => {
    if (multiObjective === true) {
      promise("learns", "covers more of a front than random search", () => {
        const volume = (run: SamplerRun) => hypervolume(frontRun(run), [1, 6]);
        const options = (seed: number) => ({ seed, directions: TWO });
        const ours = SEEDS.map((seed) => volume(start(FRONT, options(seed))));
        const random = SEEDS.map((seed) => volume(startRandom(FRONT, options(seed))));
        expect(sum(ours)).toBeGreaterThan(sum(random) + 0.2 * SEEDS.length);
      });
      promise("learns", "maximises as it minimises the negative, objective by objective", () => {
        const play = (second: 1 | -1) =>
          start(FRONT, { directions: ["minimize", second === 1 ? "minimize" : "maximize"] })
            .play(15, 2, ({ point }) => {
              const [one, two] = tradeOff(point);
              return success(one, second * two);
            })
            .transcript();
        expect(play(-1)).toEqual(play(1));
      });
    }
    if (outcomeConstraints === true)
      promise("learns", "stays within outcome constraints more often than random search", () => {
        const share = (run: SamplerRun) => sum(constrainedRun(run).slice(TRIALS / 3)) / (TRIALS - TRIALS / 3);
        const ours = SEEDS.map((seed) => share(start(square, { seed, constraints: 1 })));
        const random = SEEDS.map((seed) => share(startRandom(SQUARE, { seed, constraints: 1 })));
        expect(sum(ours)).toBeGreaterThan(1.5 * sum(random));
      });
    if (warmStart === true)
      promise("learns", "starts better with trials of an earlier experiment", () => {
        const trials = startRandom(square, { seed: 99 }).play(40, 1, bowlOf(SQUARE)).finished;
        const first = (seed: number, earlier: boolean) => {
          const run = start(square, { seed });
          if (earlier) run.tell(trials.map((trial) => ({ ...trial, id: -1 - trial.id })));
          run.play(10, 1, bowlOf(SQUARE));
          return sum(run.finished.map(({ values: [value = 0] }) => value));
        };
        expect(sum(SEEDS.map((seed) => first(seed, true)))).toBeLessThan(sum(SEEDS.map((seed) => first(seed, false))));
      });
  });
}

const TWO: readonly Direction[] = ["minimize", "minimize"];
/** ZDT1 in four dimensions (Zitzler, Deb and Thiele 2000): the front lies where all but the first are 0. */
const FRONT = createSearchSpace(
  Array.from({ length: 4 }, (_, i) => ({ name: `x${i}`, type: "double", min: 0, max: 1, distribution: "uniform" })),
);
const SQUARE = numericSpace(3);

function tradeOff(point: Point): [number, number] {
  const one = point[0] as number;
  const g = 1 + 9 * (sum([...point].slice(1)) / (point.length - 1));
  return [one, g * (1 - Math.sqrt(one / g))];
}

function frontRun(run: SamplerRun): (readonly number[])[] {
  return run.play(TRIALS, 1, ({ point }) => success(...tradeOff(point))).finished.map(({ values }) => values);
}

/** The objective's best point is infeasible; about a sixth of the space is not. @returns 1 for each feasible trial, else 0 */
function constrainedRun(run: SamplerRun): number[] {
  run.play(TRIALS, 1, ({ point }) => ({
    ...success(-(point[0] as number)),
    constraints: [(point[0] as number) + (point[1] as number) + 4],
  }));
  return run.finished.map(({ constraints: [value = 0] = [] }) => (value <= 0 ? 1 : 0));
}

function bowlOf(space: SearchSpace) {
  return ({ point }: { readonly point: Point }) =>
    success(bowl(point.subarray(0, space.dimension), space.counts, space));
}

/** Random search on a space. */
export function startRandom(space: SearchSpace, more: Partial<SamplerOptions>): SamplerRun {
  const random = findAlgorithm("random") as Algorithm;
  return new SamplerRun(random, { space, directions: ["minimize"], settings: {}, seed: 0, ...more });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
