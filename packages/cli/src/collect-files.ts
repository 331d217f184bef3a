import { createReadStream, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { MetricsCollectorSpec } from "@qalam/api";
import {
  type CollectedRow,
  createStreamCollector,
  mergeDiagnoses,
  ScrapeCollector,
  type StreamCollector,
  type StreamDiagnosis,
} from "@qalam/collectors";
import { CommandError } from "./command-error.ts";

/** A row and the file it stands in. */
export interface FileRow extends CollectedRow {
  readonly file: string;
}

/** What a collector finds in files that are there already. */
export class FileCollection {
  readonly #path: string;
  readonly #spec: MetricsCollectorSpec;
  readonly #metricNames: readonly string[];
  readonly #diagnoses: StreamDiagnosis[] = [];

  /** @param path a file, a folder of event files, or - for standard input */
  constructor(path: string, spec: MetricsCollectorSpec, metricNames: readonly string[]) {
    this.#path = path;
    this.#spec = spec;
    this.#metricNames = metricNames;
  }

  get diagnosis(): StreamDiagnosis {
    return mergeDiagnoses(this.#diagnoses);
  }

  get files(): number {
    return this.#diagnoses.length;
  }

  /** @throws CommandError when a file cannot be read or the collector reads none */
  async *rows(): AsyncGenerator<FileRow> {
    const kind = this.#spec.collector?.kind;
    if (kind === "PrometheusMetric") return yield* this.#answer();
    for (const file of filesOf(this.#path, kind === "TensorFlowEvent")) {
      const below = relative(this.#path, dirname(file));
      const folder = join(this.#spec.source?.fileSystemPath?.path ?? "", below.startsWith("..") ? "" : below);
      const collector = createStreamCollector(this.#spec, this.#metricNames, folder);
      if (collector === undefined)
        throw new CommandError(`a ${kind} collector reads no file: what the training reports counts as it is`);
      yield* this.#stream(file, collector);
      this.#diagnoses.push(collector.diagnose());
    }
  }

  async *#stream(file: string, collector: StreamCollector): AsyncGenerator<FileRow> {
    const input = file === "-" ? process.stdin : createReadStream(file, { highWaterMark: 1 << 18 });
    for await (const chunk of input) for (const row of collector.push(chunk as Uint8Array)) yield { ...row, file };
    for (const row of collector.end()) yield { ...row, file };
  }

  /** A saved answer of an exporter. */
  async *#answer(): AsyncGenerator<FileRow> {
    const [file = ""] = filesOf(this.#path, false);
    const body = readFileSync(file === "-" ? 0 : file, "utf8");
    const collector = new ScrapeCollector(this.#metricNames);
    for (const row of collector.take(body, body.trimEnd().endsWith("# EOF") ? "openmetrics" : ""))
      yield { ...row, file };
    this.#diagnoses.push(collector.diagnose());
  }
}

/** The file, or all event files below a folder in order of name. @throws CommandError */
function filesOf(path: string, areEvents: boolean): string[] {
  if (path === "-") return [path];
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new CommandError(`cannot read ${path}: no such file`);
  if (!stat.isDirectory()) return [path];
  if (!areEvents) throw new CommandError(`${path} is a folder: name the file that the training wrote`);
  return (readdirSync(path, { recursive: true }) as string[])
    .filter((name) => name.includes("tfevents"))
    .sort()
    .map((name) => join(path, name));
}
