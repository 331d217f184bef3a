import { listed, type Metric, TRIAL, type Trial } from "@qalam/api";
import { wantedMetrics } from "@qalam/collectors";
import { InvalidRequestError, type ObservationQuery, type ObservationRow, parseTime } from "@qalam/store";
import type { Command } from "commander";
import { CommandError, EXIT } from "../command-error.ts";
import { metricView, PLOT_LINES } from "../format/metric-view.ts";
import { PlotData } from "../format/plot-series.ts";
import { type RowFormat, RowWriter } from "../format/row-writer.ts";
import { textTable } from "../format/text-table.ts";
import type { Home } from "../home/home.ts";
import { withHome } from "../home/open-home.ts";
import { followMetrics } from "../run/follow-metrics.ts";
import { print, say, sizeOf, type Terminal } from "../terminal.ts";
import { notFound } from "./not-found.ts";

const FORMATS = ["plot", "table", "csv", "json"];
/** Plots beyond these say nothing at a glance. */
const MOST_PLOTS = 8;
/** Twice the dots of a wide terminal. */
const PLOT_POINTS = 1000;
/** A longer table is read by nobody, and as a whole in memory. */
const TABLE_POINTS = 10_000;
const COLUMNS = ["time", "step", "metric", "value"];

interface Flags {
  readonly namespace?: string;
  readonly metric?: string[];
  readonly output: string;
  readonly points?: string;
  readonly start?: string;
  readonly end?: string;
  readonly follow?: boolean;
}

/** `qalam metrics`: the values a trial reported, as plots or as rows, while it runs and after it. */
export function addMetricsCommand(program: Command, terminal: Terminal): void {
  program
    .command("metrics")
    .description("show the metrics of a trial, while it runs and after it")
    .argument("<trial>")
    .option("-n, --namespace <name>", "namespace")
    .option("-m, --metric <names...>", "these metrics only")
    .option("-f, --follow", "go on until the trial has ended")
    .option("-o, --output <format>", FORMATS.join(", "), "plot")
    .option(
      "--points <number>",
      "about so many rows per metric; the greatest and smallest values are kept (default: all rows, in a table 10000 of each metric)",
    )
    .option("--start <time>", "rows from this time on, such as 2026-01-31T12:00:00Z")
    .option("--end <time>", "rows up to this time")
    .addHelpText(
      "after",
      "\nExamples:\n  qalam metrics random-forest-4kzcnl5w -f\n  qalam metrics random-forest-4kzcnl5w -m loss -o csv > loss.csv",
    )
    .action((name: string, flags: Flags) => metrics(name, flags, terminal));
}

async function metrics(name: string, flags: Flags, terminal: Terminal): Promise<void> {
  const { output, points, follow } = flags;
  if (!FORMATS.includes(output)) throw new CommandError(`--output ${output}: formats are ${FORMATS.join(", ")}`);
  if (points !== undefined && !/^[1-9]\d*$/.test(points))
    throw new CommandError(`--points ${points}: write a number of rows`);
  checkTime("--start", flags.start);
  checkTime("--end", flags.end);
  await withHome(terminal, "read", async (home) => {
    const trial = await findTrial(home, name, flags.namespace);
    if (follow === true)
      return followMetrics(home, trial, { output, metrics: flags.metric, query: queryOf(flags) }, terminal);
    const summary = await home.observations.summarize(trial.metadata.uid ?? "");
    const names = shownMetrics(trial, summary, flags);
    if (summary.length === 0)
      throw new CommandError(
        `trial ${name} has no metrics: ${trial.status?.conditions?.at(-1)?.message ?? "it has not started"}`,
        EXIT.failed,
      );
    if (isStreamed(flags)) return writeRows(home, trial, names, flags, terminal);
    const rows = await readRows(home, trial, names, flags);
    if (output === "plot") plot(names, rows, terminal, summary.length);
    else if (output === "table") print(terminal, rowTable(rows));
    else await printRows(rows, output as RowFormat, terminal);
  });
}

/** @throws CommandError for a text that is no time */
function checkTime(flag: string, text: string | undefined): void {
  if (text === undefined) return;
  try {
    parseTime(text, flag);
  } catch (error) {
    throw error instanceof InvalidRequestError ? new CommandError(error.message) : error;
  }
}

/** All rows, in a format that needs not know the last to write the first. */
function isStreamed({ output, points }: Flags): boolean {
  return points === undefined && (output === "csv" || output === "json");
}

async function writeRows(
  home: Home,
  trial: Trial,
  names: readonly string[],
  flags: Flags,
  terminal: Terminal,
): Promise<void> {
  const writer = new RowWriter(terminal, flags.output as RowFormat, COLUMNS);
  const queries =
    flags.metric === undefined ? [queryOf(flags)] : names.map((metric) => ({ ...queryOf(flags), metric }));
  for (const query of queries)
    for await (const rows of home.observations.portions(trial.metadata.uid ?? "", query)) await writer.add(rows);
  writer.end();
}

async function printRows(rows: readonly ObservationRow[], format: RowFormat, terminal: Terminal): Promise<void> {
  const writer = new RowWriter(terminal, format, COLUMNS);
  await writer.add(rows);
  writer.end();
}

/** One metric at a time where not all are wanted: the store reads no others then. */
async function readRows(home: Home, trial: Trial, names: readonly string[], flags: Flags): Promise<ObservationRow[]> {
  const uid = trial.metadata.uid ?? "";
  const query = queryOf(flags);
  if (flags.metric === undefined && flags.output !== "plot") return home.observations.query(uid, query);
  const series = [];
  for (const metric of names) series.push(await home.observations.query(uid, { ...query, metric }));
  return series.flat();
}

function queryOf({ output, points, start, end, follow }: Flags): ObservationQuery {
  const most = output === "plot" ? PLOT_POINTS : output === "table" && follow !== true ? TABLE_POINTS : undefined;
  const downsample = points !== undefined ? Number(points) : most;
  return {
    ...(downsample !== undefined && { downsample }),
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
  };
}

/** The objective and what else the experiment asked for first. */
function shownMetrics({ spec }: Trial, summary: readonly Metric[], { metric, output }: Flags): string[] {
  const there = new Set(summary.map(({ name }) => name));
  const unknown = metric?.find((name) => !there.has(name));
  if (unknown !== undefined)
    throw new CommandError(`the trial has no metric "${unknown}"; it has ${listed([...there]) || "none"}`, EXIT.failed);
  const wanted = wantedMetrics(spec.objective).filter((name) => there.has(name));
  const all = metric ?? [...new Set([...wanted, ...there])];
  return metric === undefined && output === "plot" ? all.slice(0, MOST_PLOTS) : all;
}

function plot(names: readonly string[], rows: readonly ObservationRow[], terminal: Terminal, count: number): void {
  const { columns: width } = sizeOf(terminal);
  const data = new PlotData();
  data.add(rows);
  print(terminal, metricView(names, data, { width, height: PLOT_LINES }));
  if (count > names.length)
    say(terminal, `… and ${count - names.length} more metrics: choose some with -m, or see all with -o table`);
}

function rowTable(rows: readonly ObservationRow[]): string {
  return textTable(
    COLUMNS,
    rows.map(({ time, step, metric, value }) => [time, String(step ?? "-"), metric, value]),
  );
}

/** @throws CommandError when there is none, or more than one in several namespaces */
async function findTrial(home: Home, name: string, namespace: string | undefined): Promise<Trial> {
  const { items } = await home.store.list(TRIAL, {
    ...(namespace !== undefined && { namespace }),
    fieldSelector: `metadata.name=${name}`,
  });
  const [first, ...others] = items;
  if (first === undefined) throw await notFound(home, TRIAL, name, namespace);
  if (others.length > 0)
    throw new CommandError(
      `there are trials "${name}" in ${items.map(({ metadata }) => metadata.namespace).join(", ")}: say which with -n`,
    );
  return first;
}
