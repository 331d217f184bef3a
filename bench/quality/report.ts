import { CHECKPOINTS } from "./best-so-far.ts";
import type { Run } from "./run-search.ts";
import { quantile, type Scale, type Score, scoreL, scoreS, winRate } from "./scores.ts";

/** Lengths of history between which ask times are put together. */
const HISTORY = [0, 20, 50, 100, 200, 500, 1000];

export interface Row {
  readonly name: string;
  readonly runs: readonly Run[];
}

/** A Markdown table: one row per sampler, the reference's last. */
export function report(rows: readonly Row[], reference: Row | undefined, scale: Scale): string {
  const reached = CHECKPOINTS.filter(
    (n) => n >= 20 && rows.some(({ runs }) => runs.some(({ best_at }) => n in best_at)),
  );
  const last = reached.at(-1) ?? 0;
  const head = ["sampler", "runs", ...reached.map((n) => `S ${n}`), ...reached.map((n) => `L ${n}`)];
  const against = reference === undefined ? [] : reached.map((n) => `wins against ${reference.name}, ${n}`);
  const all = reference === undefined ? rows : [...rows, reference];
  const lines = all.map(({ name, runs }) => [
    name,
    `${runs.length}`,
    ...reached.map((n) => scoreText(scoreS(runs, scale, n), 1)),
    ...reached.map((n) => scoreText(scoreL(runs, scale, n), 2)),
    ...against.map((_, i) => (runs === reference?.runs ? "–" : winText(runs, reference, reached[i] ?? last))),
  ]);
  return `${table([...head, ...against], lines)}\n\n${latencyTable(rows)}`;
}

/** Scores of each task by itself: S at 20, 50 and 100 evaluations, L at 100. */
export function taskReport(rows: readonly Row[], scale: Scale): string {
  const tasks = [...scale.keys()].filter((task) => rows.some(({ runs }) => runs.some((run) => run.task === task)));
  const lines = tasks.map((task) => [
    task,
    ...rows.map(({ runs }) => {
      const own = runs.filter((run) => run.task === task);
      const s = [20, 50, 100].map((n) => scoreS(own, scale, n).mean.toFixed(1));
      return `${s.join(" / ")}, ${scoreL(own, scale, 100).mean.toFixed(2)}`;
    }),
  ]);
  return table(["task", ...rows.map(({ name }) => `${name}, S 20 / 50 / 100, L 100`)], lines);
}

function latencyTable(rows: readonly Row[]): string {
  const asks = rows.map(({ runs }) => runs.flatMap((run) => run.asks ?? []));
  const longest = asks.flat().reduce((most, { finished }) => Math.max(most, finished), 0);
  const spans = HISTORY.filter((from) => from <= longest).map((from, i) => ({ from, to: HISTORY[i + 1] ?? 1e9 }));
  const lines = rows.map(({ name }, i) => [
    name,
    ...spans.map(({ from, to }) => {
      const ms = (asks[i] ?? []).filter(({ finished }) => finished >= from && finished < to).map((ask) => ask.ms);
      ms.sort((a, b) => a - b);
      return ms.length === 0 ? "" : `${quantile(ms, 0.5).toFixed(2)} / ${quantile(ms, 0.99).toFixed(2)}`;
    }),
  ]);
  return table(["ask, ms: median / p99 by finished trials", ...spans.map(({ from }) => `from ${from}`)], lines);
}

export function scoreText({ mean, error }: Score, digits: number): string {
  return Number.isNaN(mean) ? "" : `${mean.toFixed(digits)} ± ${error.toFixed(digits)}`;
}

/** "share % [interval], pairs" of wins against a reference after n. */
export function winText(runs: readonly Run[], reference: Row | undefined, n: number): string {
  const wins = winRate(runs, reference?.runs ?? [], n);
  const percent = (share: number) => (100 * share).toFixed(0);
  return wins === undefined
    ? "none in common"
    : `${percent(wins.rate)} % [${percent(wins.low)}, ${percent(wins.high)}], ${wins.pairs} pairs`;
}

/** A Markdown table. */
export function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [row(head), row(head.map(() => "---")), ...lines.map(row)].join("\n");
}
