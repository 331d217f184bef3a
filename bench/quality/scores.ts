import { randomStream } from "@qalam/numeric";
import type { Run } from "./run-search.ts";

/** What scores need to know of a task. */
export type Scale = ReadonlyMap<string, { readonly optimum: number; readonly clip: number }>;

/** Below this share of the distance from clip to optimum L does not reward more. */
const CLOSE = 1e-4;
const RESAMPLES = 2000;

/** An average over tasks with its standard error over runs, tasks fixed. */
export interface Score {
  readonly mean: number;
  readonly error: number;
}

/** S = 100 · (1 − mean over tasks and seeds of the normalised regret) after n evaluations. */
export function scoreS(runs: readonly Run[], scale: Scale, n: number): Score {
  return scored(runs, n, (best, task) => 100 * (1 - normalisedRegret(best, task, scale)));
}

/**
 * L = mean over tasks and seeds of log10(max(normalised regret, 1e-4)) after n evaluations. The regret must be the normalised one: only then do the
 * reference's runs give the scores published for them.
 */
export function scoreL(runs: readonly Run[], scale: Scale, n: number): Score {
  return scored(runs, n, (best, task) => Math.log10(Math.max(normalisedRegret(best, task, scale), CLOSE)));
}

/** (min(best, clip) − optimum) / (clip − optimum): 0 at the optimum, 1 at a random draw. */
export function normalisedRegret(best: number, task: string, scale: Scale): number {
  const { optimum, clip } = scale.get(task) ?? { optimum: 0, clip: 1 };
  return (Math.min(best, clip) - optimum) / (clip - optimum);
}

function scored(runs: readonly Run[], n: number, score: (best: number, task: string) => number): Score {
  const tasks = [...byTask(runs, n).entries()].map(([task, bests]) => bests.map(({ best }) => score(best, task)));
  const means = tasks.map(mean);
  // Seeds are the only chance here: the tasks are given.
  const variances = tasks.map((values, i) => variance(values, means[i] as number) / values.length);
  return { mean: mean(means), error: Math.sqrt(variances.reduce((a, b) => a + b, 0)) / tasks.length };
}

function byTask(runs: readonly Run[], n: number): Map<string, { seed: number; best: number }[]> {
  const tasks = new Map<string, { seed: number; best: number }[]>();
  for (const { task, seed, best_at } of runs) {
    const best = best_at[n];
    if (best === undefined) continue;
    const list = tasks.get(task) ?? [];
    list.push({ seed, best });
    tasks.set(task, list);
  }
  return tasks;
}

/** Share of (task, seed) pairs that a sampler wins against a reference. */
export interface WinRate {
  readonly rate: number;
  /** Bootstrap 95 % interval over tasks. */
  readonly low: number;
  readonly high: number;
  readonly pairs: number;
}

/** Ties count half. @returns undefined when no task and seed is in both */
export function winRate(runs: readonly Run[], reference: readonly Run[], n: number): WinRate | undefined {
  const others = byTask(reference, n);
  const tasks: number[] = [];
  let pairs = 0;
  for (const [task, bests] of byTask(runs, n)) {
    const wins = bests.flatMap(({ seed, best }) => {
      const other = others.get(task)?.find((one) => one.seed === seed)?.best;
      return other === undefined ? [] : [best < other ? 1 : best > other ? 0 : 0.5];
    });
    pairs += wins.length;
    if (wins.length > 0) tasks.push(mean(wins));
  }
  if (tasks.length === 0) return undefined;
  const random = randomStream(1, "bootstrap");
  const rates = Array.from({ length: RESAMPLES }, () =>
    mean(tasks.map(() => tasks[random.integer(tasks.length)] as number)),
  ).sort((a, b) => a - b);
  return { rate: mean(tasks), low: quantile(rates, 0.025), high: quantile(rates, 0.975), pairs };
}

/** @param sorted ascending, not empty */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function variance(values: readonly number[], average: number): number {
  return values.reduce((total, value) => total + (value - average) ** 2, 0) / Math.max(1, values.length - 1);
}
