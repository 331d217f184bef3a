import { applyDefaults, EXPERIMENT, type Experiment, type Metric, strategyOf } from "@qalam/api";
import { explainMissingMetric, explainNoNumber, wantedMetrics } from "@qalam/collectors";
import { MemoryObservationStore } from "@qalam/store/memory";
import type { Command } from "commander";
import { FileCollection, type FileRow } from "../collect-files.ts";
import { CommandError, EXIT } from "../command-error.ts";
import { textTable } from "../format/text-table.ts";
import { loadManifests } from "../load-manifest.ts";
import { readManifests } from "../manifest-files.ts";
import { print, say, type Terminal } from "../terminal.ts";

const SHOWN_ROWS = 20;

interface Flags {
  readonly filename: string;
  readonly output?: string;
  readonly rows: string;
}

/** `qalam test-collector`: what an experiment's collector finds in a file, without running anything. */
export function addTestCollectorCommand(program: Command, terminal: Terminal): void {
  program
    .command("test-collector")
    .description("show what would be collected from a log, a metrics file, event files or a saved exporter's answer")
    .argument("<file>", "what the training wrote; a folder of event files; - reads standard input")
    .requiredOption("-f, --filename <manifest>", "the experiment")
    .option("-o, --output <format>", "table or json", "table")
    .option("--rows <number>", "rows to show", String(SHOWN_ROWS))
    .addHelpText("after", "\nExample:\n  python train.py | qalam test-collector - -f experiment.yaml")
    .action((file: string, flags: Flags) => testCollector(file, flags, terminal));
}

async function testCollector(
  file: string,
  { filename, output, rows: shown }: Flags,
  terminal: Terminal,
): Promise<void> {
  if (output !== "table" && output !== "json") throw new CommandError(`--output ${output}: formats are table, json`);
  if (!/^\d+$/.test(shown)) throw new CommandError(`--rows ${shown}: write a number of rows`);
  const { spec } = await readExperiment(filename);
  const names = wantedMetrics(spec.objective);
  const collector = spec.metricsCollectorSpec ?? {};
  const collection = new FileCollection(file, collector, names);
  const summary = new MemoryObservationStore();
  const kept: FileRow[] = [];
  let count = 0;
  const arrival = new Date().toISOString();
  for await (const row of collection.rows()) {
    count += 1;
    if (output === "json" || kept.length < Number(shown)) kept.push(row);
    await summary.append("", [{ ...row, time: row.time ?? arrival, source: row.file }]);
  }
  const metrics = await summary.summarize("");
  const objective = names[0] ?? "";
  const found = metrics.find(({ name }) => name === objective);
  const { diagnosis, files } = collection;
  const why =
    found === undefined
      ? explainMissingMetric({ objective, spec: collector, diagnosis, files })
      : explainNoNumber(found, strategyOf(spec.objective ?? {}, objective));
  if (output === "json")
    print(terminal, JSON.stringify({ rows: kept, metrics, ...(why !== undefined && { why }) }, null, 2));
  else printTables({ kept, count, names, metrics, found: diagnosis.found }, terminal);
  if (why === undefined) return;
  if (output === "table") say(terminal, why);
  process.exitCode = EXIT.failed;
}

async function readExperiment(manifest: string): Promise<Experiment> {
  const objects = await loadManifests(readManifests([manifest]), undefined, undefined);
  const experiment = objects.find(({ kind }) => kind === EXPERIMENT.kind);
  if (experiment === undefined) throw new CommandError(`${manifest} holds no Experiment`);
  return applyDefaults(experiment as Experiment);
}

interface Collected {
  readonly kept: readonly FileRow[];
  readonly count: number;
  readonly names: readonly string[];
  readonly metrics: readonly Metric[];
  readonly found: Readonly<Record<string, number>>;
}

function printTables({ kept, count, names, metrics, found }: Collected, terminal: Terminal): void {
  if (kept.length > 0) {
    const cells = kept.map(({ metric, value, step, time, sequence }) => [
      metric,
      value,
      step === undefined ? "-" : String(step),
      time ?? "(arrival)",
      String(sequence),
    ]);
    print(terminal, textTable(["metric", "value", "step", "time", "position"], cells));
    if (count > kept.length) print(terminal, `… and ${count - kept.length} more`);
    print(terminal, "");
  }
  const rows = names.map((name) => {
    const { min = "-", max = "-", latest = "-" } = metrics.find((metric) => metric.name === name) ?? {};
    return [name, String(found[name] ?? 0), latest, min, max];
  });
  print(terminal, textTable(["metric", "values", "latest", "min", "max"], rows));
}
