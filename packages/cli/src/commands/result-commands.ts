import {
  type Experiment,
  objectiveValue,
  parseGoFloat,
  SUGGESTION_ID_ANNOTATION,
  type Trial,
  trialListOf,
  yamlText,
} from "@qalam/api";
import type { Command } from "commander";
import { CommandError, EXIT } from "../command-error.ts";
import { csvText } from "../format/csv.ts";
import { elapsed } from "../format/elapsed.ts";
import { checkedFormat } from "../format/print-objects.ts";
import { type RowFormat, RowWriter } from "../format/row-writer.ts";
import { textTable } from "../format/text-table.ts";
import type { Home } from "../home/home.ts";
import { withHome } from "../home/open-home.ts";
import { runSummary } from "../run/run-summary.ts";
import { print, type Terminal } from "../terminal.ts";
import { findExperiment, trialsOf } from "./find-experiment.ts";

interface Flags {
  readonly namespace?: string;
  readonly output?: string;
  readonly format?: string;
  readonly series?: boolean;
}

/** `best`, `trials` and `export`: what an experiment found. */
export function addResultCommands(program: Command, terminal: Terminal): void {
  program
    .command("best")
    .description("show the best trial of an experiment")
    .argument("<experiment>")
    .option("-n, --namespace <name>", "namespace")
    .option("-o, --output <format>", "table, json or yaml")
    .addHelpText("after", "\nExample:\n  qalam best random-forest -o json | jq .parameterAssignments")
    .action((name: string, flags: Flags) => best(name, flags, terminal));
  program
    .command("trials")
    .description("show the trials of an experiment, the best first")
    .argument("<experiment>")
    .option("-n, --namespace <name>", "namespace")
    .option("-o, --output <format>", "table, wide (all metrics), json, yaml or name")
    .addHelpText("after", "\nExample:\n  qalam trials random-forest -o wide")
    .action((name: string, flags: Flags) => trials(name, flags, terminal));
  program
    .command("export")
    .description("write all trials with parameters and metrics")
    .argument("<experiment>")
    .option("-n, --namespace <name>", "namespace")
    .option("-o, --output <format>", "csv or json (default: csv)")
    .option("-f, --format <format>", "the same as --output")
    .option("--series", "every value that every trial reported instead, each with its time and step")
    .addHelpText(
      "after",
      "\nExamples:\n  qalam export random-forest > trials.csv\n  qalam export random-forest --series > series.csv",
    )
    .action((name: string, flags: Flags) => exportTrials(name, flags, terminal));
}

async function best(name: string, flags: Flags, terminal: Terminal): Promise<void> {
  const format = checkedFormat(flags.output);
  await withHome(terminal, "read", async (home) => {
    const experiment = await findExperiment(home, name, flags.namespace);
    const optimal = experiment.status?.currentOptimalTrial;
    if (optimal === undefined) throw new CommandError(`experiment ${name} has no result yet`, EXIT.failed);
    if (format === "json") return print(terminal, JSON.stringify(optimal, null, 2));
    if (format === "yaml") return print(terminal, yamlText(optimal));
    print(terminal, format === "name" ? `trial.kubeflow.org/${optimal.bestTrialName}` : runSummary(experiment));
  });
}

async function trials(name: string, flags: Flags, terminal: Terminal): Promise<void> {
  const format = checkedFormat(flags.output);
  await withHome(terminal, "read", async (home) => {
    const experiment = await findExperiment(home, name, flags.namespace);
    const rows = ranked(experiment, await trialsOf(home, experiment));
    if (format === "json")
      return print(
        terminal,
        JSON.stringify(
          rows.map(({ trial }) => trial),
          null,
          2,
        ),
      );
    if (format === "yaml") return print(terminal, yamlText(rows.map(({ trial }) => trial)));
    if (format === "name")
      return print(terminal, rows.map(({ trial }) => `trial.kubeflow.org/${trial.metadata.name}`).join("\n"));
    print(terminal, trialTable(experiment, rows, format === "wide"));
  });
}

/** @param wide with the additional metrics */
function trialTable({ spec }: Experiment, rows: readonly RankedTrial[], wide: boolean): string {
  const parameters = (spec.parameters ?? []).map((parameter) => parameter.name);
  const objective = spec.objective?.objectiveMetricName ?? "objective";
  const others = wide ? metricNames(spec).filter((metric) => metric !== objective) : [];
  return textTable(
    ["name", "state", objective, ...others, "took", ...parameters],
    rows.map(({ trial, value }) => [
      trial.metadata.name,
      trialListOf(trial),
      value,
      ...others.map((metric) => metricText(spec, trial, metric) || "-"),
      durationOf(trial),
      ...parameters.map((one) => assigned(trial, one)),
    ]),
  );
}

async function exportTrials(name: string, flags: Flags, terminal: Terminal): Promise<void> {
  const { namespace, series } = flags;
  const format = flags.output ?? flags.format ?? "csv";
  if (format !== "csv" && format !== "json") throw new CommandError(`-o ${format}: formats are csv, json`);
  await withHome(terminal, "read", async (home) => {
    const experiment = await findExperiment(home, name, namespace);
    const rows = (await trialsOf(home, experiment)).sort((a, b) => suggestionId(a) - suggestionId(b));
    if (series === true) return exportSeries(home, rows, format, terminal);
    const columns = exportColumns(experiment);
    const records = rows.map((trial) => Object.fromEntries(columns.map(({ name, of }) => [name, of(trial)])));
    const names = columns.map((column) => column.name);
    print(terminal, format === "json" ? JSON.stringify(records, null, 2) : csvText(names, records));
  });
}

/** A column is named after its parameter or metric, and says which it is where the name is taken. */
function exportColumns({ spec }: Experiment): { name: string; of: (trial: Trial) => string }[] {
  const columns = [
    { name: "trial", of: (trial: Trial) => trial.metadata.name },
    { name: "state", of: (trial: Trial): string => trialListOf(trial) },
    { name: "start", of: (trial: Trial) => trial.status?.startTime ?? "" },
    { name: "end", of: (trial: Trial) => trial.status?.completionTime ?? "" },
  ];
  const free = (name: string, what: string) =>
    columns.some((column) => column.name === name) ? `${what}.${name}` : name;
  for (const { name } of spec.parameters ?? [])
    columns.push({ name: free(name, "parameter"), of: (trial) => assigned(trial, name) });
  for (const name of metricNames(spec))
    columns.push({ name: free(name, "metric"), of: (trial) => metricText(spec, trial, name) });
  return columns;
}

/** The objective and all others that the experiment asks for. */
function metricNames({ objective }: Experiment["spec"]): string[] {
  return (objective?.metricStrategies ?? []).map((strategy) => strategy.name);
}

/** Long series are written as they are read. */
async function exportSeries(
  home: Home,
  trials: readonly Trial[],
  format: RowFormat,
  terminal: Terminal,
): Promise<void> {
  const writer = new RowWriter(terminal, format, ["trial", "time", "step", "metric", "value"]);
  for (const { metadata } of trials)
    for await (const rows of home.observations.portions(metadata.uid ?? ""))
      await writer.add(rows, { trial: metadata.name });
  writer.end();
}

/** A trial with its value of the objective. */
interface RankedTrial {
  readonly trial: Trial;
  readonly value: string;
}

/** Best first; trials without a value last, in order of creation. */
function ranked({ spec }: Experiment, list: readonly Trial[]): RankedTrial[] {
  const sign = spec.objective?.type === "maximize" ? -1 : 1;
  const rows = list.map((trial) => {
    const value =
      spec.objective === undefined ? "" : objectiveValue(trial.status?.observation?.metrics, spec.objective);
    const number = parseGoFloat(value);
    return {
      trial,
      value: value === "unavailable" ? "-" : value,
      rank: number === undefined || Number.isNaN(number) ? Number.POSITIVE_INFINITY : sign * number,
    };
  });
  return rows.sort((a, b) => (a.rank === b.rank ? suggestionId(a.trial) - suggestionId(b.trial) : a.rank - b.rank));
}

function suggestionId({ metadata }: Trial): number {
  return Number(metadata.annotations?.[SUGGESTION_ID_ANNOTATION] ?? Number.POSITIVE_INFINITY);
}

function assigned({ spec }: Trial, parameter: string): string {
  return spec.parameterAssignments?.find(({ name }) => name === parameter)?.value ?? "";
}

function metricText(spec: Experiment["spec"], trial: Trial, metric: string): string {
  const value = objectiveValue(trial.status?.observation?.metrics, { ...spec.objective, objectiveMetricName: metric });
  return value === "unavailable" ? "" : value;
}

function durationOf({ status }: Trial): string {
  const [start, end] = [Date.parse(status?.startTime ?? ""), Date.parse(status?.completionTime ?? "")];
  return Number.isNaN(end - start) ? "-" : elapsed(end - start);
}
