import { type Row, scoreText, table, winText } from "../quality/report.ts";
import type { Run } from "../quality/run-search.ts";
import { type Scale, scoreL, scoreS } from "../quality/scores.ts";
import type { ClockRun } from "./play-on-clock.ts";
import {
  bestAt,
  meanCurve,
  type Reach,
  reachOf,
  type TaskCurves,
  taskCurves,
  timeToReach,
} from "./regret-over-time.ts";

/** Shares of the whole time, in percent, at which scores are given. */
const SHARES = [10, 33, 100];

export interface ClockRow {
  readonly name: string;
  readonly runs: readonly ClockRun[];
}

/** The scale of regrets with the optimum of each task no worse than the best value any run found. */
export function scaleOf(
  tasks: readonly { name: string; optimum: number; clip: number }[],
  rows: readonly ClockRow[],
): Scale {
  const best = new Map<string, number>();
  for (const run of rows.flatMap(({ runs }) => runs))
    best.set(run.task, Math.min(best.get(run.task) ?? Number.POSITIVE_INFINITY, bestAt(run, 1)));
  return new Map(
    tasks.map(({ name, optimum, clip }) => [name, { optimum: Math.min(optimum, best.get(name) ?? optimum), clip }]),
  );
}

/** Markdown: scores and wins over time, then the times to the final regrets of random and asha, as shares of the whole time. */
export function fidelityReport(rows: readonly ClockRow[], scale: Scale): string {
  return `${scoreTable(rows, scale)}\n\n${reachTable(rows, scale)}`;
}

function scoreTable(rows: readonly ClockRow[], scale: Scale): string {
  const scored = rows.map(({ name, runs }): Row => ({ name, runs: runs.map(scoredRun) }));
  const references = scored.filter(({ name }) => name === "random" || name === "asha");
  const head = [
    "sampler",
    "runs",
    "trials / full trainings per run",
    ...SHARES.map((share) => `S ${share} %`),
    ...SHARES.map((share) => `L ${share} %`),
    ...references.map(({ name }) => `wins against ${name}, 100 %`),
  ];
  const lines = scored.map(({ name, runs }, i) => [
    name,
    `${runs.length}`,
    countsOf(rows[i]?.runs ?? []),
    ...SHARES.map((share) => scoreText(scoreS(runs, scale, share), 1)),
    ...SHARES.map((share) => scoreText(scoreL(runs, scale, share), 2)),
    ...references.map((reference) => (reference.name === name ? "–" : winText(runs, reference, 100))),
  ]);
  return table(head, lines);
}

function countsOf(runs: readonly ClockRun[]): string {
  const mean = (of: (run: ClockRun) => number) =>
    (runs.reduce((sum, run) => sum + of(run), 0) / runs.length).toFixed(0);
  return `${mean(({ trials }) => trials)} / ${mean(({ full }) => full)}`;
}

/** As the scores of bench/quality take it: the best value by percent of the time. */
function scoredRun(run: ClockRun): Run {
  const { sampler, task, seed, ask_seconds } = run;
  return {
    sampler,
    task,
    seed,
    ask_seconds,
    best_at: Object.fromEntries(SHARES.map((share) => [share, bestAt(run, share / 100)])),
  };
}

function reachTable(rows: readonly ClockRow[], scale: Scale): string {
  const curves = rows.map(({ name, runs }) => ({ name, curves: taskCurves(runs, scale) }));
  const asha = curves.find(({ name }) => name === "asha")?.curves;
  const targets = curves.filter(({ name }) => name === "random" || name === "asha");
  const toRandom = targets.find(({ name }) => name === "random")?.curves;
  const head = ["sampler", ...targets.map(({ name }) => `time to ${name}'s final regret`)];
  const compared = asha === undefined || toRandom === undefined ? undefined : ([asha, toRandom] as const);
  if (compared !== undefined) head.push("to random's, against asha's time");
  const lines = curves.map(({ name, curves: own }) => [
    name,
    ...targets.map((target) => reachText(reachOf(own, target.curves))),
    ...(compared === undefined ? [] : [againstText(own, ...compared)]),
  ]);
  return table(head, lines);
}

function reachText({ time, low, high, median }: Reach): string {
  return `${timeText(time)} [${timeText(low)}, ${timeText(high)}], task median ${timeText(median)}`;
}

function againstText(own: TaskCurves, asha: TaskCurves, random: TaskCurves): string {
  const goal = meanCurve([...random.values()]).at(-1) as number;
  const [ours, theirs] = [own, asha].map((curves) => timeToReach(meanCurve([...curves.values()]), goal)) as [
    number,
    number,
  ];
  return Number.isFinite(ours) && Number.isFinite(theirs) ? `× ${(ours / theirs).toFixed(2)}` : "never";
}

function timeText(time: number): string {
  return Number.isFinite(time) ? time.toFixed(3) : "never";
}
