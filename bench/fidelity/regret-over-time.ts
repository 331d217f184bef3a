import { randomStream } from "@qalam/numeric";
import { normalisedRegret, quantile, type Scale } from "../quality/scores.ts";
import type { ClockRun } from "./play-on-clock.ts";

const FIRST = 1e-3;
const POINTS = 600;
const RESAMPLES = 1000;

/** Shares of the whole time at which regrets are looked at, evenly spread on a log scale: each 1.2 % later than the one before. */
export const TIMES: readonly number[] = Array.from({ length: POINTS }, (_, i) => FIRST ** (1 - i / (POINTS - 1)));

/** Mean normalised regret over seeds at TIMES, by task. */
export type TaskCurves = ReadonlyMap<string, Float64Array>;

/** The best value a run had found at a time; Infinity before the first. */
export function bestAt({ improvements }: ClockRun, time: number): number {
  return improvements.findLast(([at]) => at <= time)?.[1] ?? Number.POSITIVE_INFINITY;
}

export function runsBy(runs: readonly ClockRun[], keyOf: (run: ClockRun) => string): Map<string, ClockRun[]> {
  const groups = new Map<string, ClockRun[]>();
  for (const run of runs) groups.set(keyOf(run), [...(groups.get(keyOf(run)) ?? []), run]);
  return groups;
}

export function taskCurves(runs: readonly ClockRun[], scale: Scale): TaskCurves {
  const curves = new Map<string, Float64Array>();
  for (const [task, own] of runsBy(runs, ({ task }) => task)) {
    const curve = new Float64Array(POINTS);
    for (const run of own)
      for (let i = 0; i < POINTS; i++)
        curve[i] = (curve[i] as number) + normalisedRegret(bestAt(run, TIMES[i] as number), task, scale) / own.length;
    curves.set(task, curve);
  }
  return curves;
}

/** Mean over tasks. */
export function meanCurve(curves: readonly Float64Array[]): Float64Array {
  return Float64Array.from(
    { length: POINTS },
    (_, i) => curves.reduce((sum, curve) => sum + (curve[i] as number), 0) / curves.length,
  );
}

/** When a curve first is down at a regret, as a share of the whole time; Infinity when it never is. */
export function timeToReach(curve: Float64Array, regret: number): number {
  return TIMES[curve.findIndex((one) => one <= regret * (1 + 1e-12))] ?? Number.POSITIVE_INFINITY;
}

/** How long an algorithm takes to the regret that another one has in the end. */
export interface Reach {
  /** Of the mean curves, as a share of the whole time. */
  readonly time: number;
  /** Bootstrap 95 % interval over tasks. */
  readonly low: number;
  readonly high: number;
  /** Median over tasks of the same for single tasks. */
  readonly median: number;
}

export function reachOf(curves: TaskCurves, target: TaskCurves): Reach {
  const pairs = [...curves].flatMap(([task, own]) => {
    const other = target.get(task);
    return other === undefined ? [] : [{ own, other }];
  });
  const timeOf = (chosen: typeof pairs) =>
    timeToReach(meanCurve(chosen.map(({ own }) => own)), meanCurve(chosen.map(({ other }) => other)).at(-1) as number);
  const random = randomStream(1, "bootstrap");
  const resampled = Array.from({ length: RESAMPLES }, () =>
    timeOf(pairs.map(() => pairs[random.integer(pairs.length)] as (typeof pairs)[number])),
  ).sort((a, b) => a - b);
  const single = pairs.map((pair) => timeOf([pair])).sort((a, b) => a - b);
  return {
    time: timeOf(pairs),
    low: quantile(resampled, 0.025),
    high: quantile(resampled, 0.975),
    median: quantile(single, 0.5),
  };
}
