import { ClosestLines } from "./closest-lines.ts";
import type { CollectedRow, StreamCollector, StreamDiagnosis } from "./collector.ts";
import { leadingTime } from "./leading-time.ts";
import { forEachLine, LineRuns, MAX_LINE_BYTES } from "./line-runs.ts";
import { type LineScanner, scanAssignments } from "./scan-assignments.ts";
import { scanFilters } from "./scan-filters.ts";
import { StepReader } from "./step-reader.ts";

/** With more names than these, lines are not looked for by name. */
const FEW_NAMES = 16;
/** So much of a line without a metric is looked at. */
const SHOWN_BYTES = 512;
const STEP_MARKS = "[Ee]poch|EPOCH|[Ss]tep|STEP|[Ii]teration|ITERATION";

/**
 * Metrics in lines of text (Katib behaviour 5.5). Without filters `name=value` is looked for; filters replace that. Names count when they equal a
 * wanted metric; empty values are no rows. Most lines of a long log hold no metric: bytes are searched before lines are cut or decoded.
 */
export class TextCollector implements StreamCollector {
  readonly #runs = new LineRuns((lines, offset) => this.#run(lines, offset));
  readonly #objective: string;
  readonly #names: readonly string[];
  /** Finds lines that may hold a metric or a step, in bytes read as Latin-1. */
  readonly #candidate: RegExp;
  readonly #wanted: ReadonlySet<string>;
  readonly #scan: LineScanner;
  readonly #steps = new StepReader();
  readonly #closest: ClosestLines;
  readonly #found: Record<string, number>;
  #rows: CollectedRow[] = [];
  #lines = 0;

  /** @param metricNames the objective first @param filters Go expressions with two groups */
  constructor(metricNames: readonly string[], filters: readonly string[] = []) {
    this.#objective = metricNames[0] ?? "";
    this.#names = metricNames;
    this.#wanted = new Set(metricNames);
    this.#found = Object.fromEntries(metricNames.map((name) => [name, 0]));
    this.#closest = new ClosestLines(this.#objective);
    this.#scan = filters.length === 0 ? scanAssignments(metricNames) : scanFilters(filters);
    this.#candidate = candidatePattern(metricNames, filters.length > 0);
  }

  push(chunk: Uint8Array): CollectedRow[] {
    this.#runs.push(chunk);
    return this.#take();
  }

  end(): CollectedRow[] {
    this.#runs.end();
    return this.#take();
  }

  /** Lines are counted until the objective is found: they explain why it is missing. */
  diagnose(): StreamDiagnosis {
    return {
      bytes: this.#runs.bytes,
      units: this.#lines,
      found: { ...this.#found },
      closest: this.#closest.list(),
      problems: [],
    };
  }

  #take(): CollectedRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  #run(lines: Buffer, offset: number): void {
    const text = lines.toString("latin1");
    const hasReturns = text.includes("\r");
    const candidate = this.#candidate;
    candidate.lastIndex = 0;
    while (candidate.test(text)) {
      const at = candidate.lastIndex - 1;
      const [start, end] = lineAround(text, at, hasReturns);
      this.#line(lines.subarray(start, Math.min(end, start + MAX_LINE_BYTES)), offset + start);
      candidate.lastIndex = end + 1;
    }
    if (this.#found[this.#objective] === 0) this.#sample(lines);
  }

  #line(bytes: Buffer, offset: number): void {
    const line = bytes.toString();
    const step = this.#steps.read(line);
    const time = leadingTime(line);
    let isFound = false;
    this.#scan(line, (name, value, at) => {
      if (!this.#wanted.has(name) || value === "") return;
      isFound = true;
      this.#found[name] = (this.#found[name] ?? 0) + 1;
      this.#rows.push({
        metric: name,
        value,
        sequence: offset + at,
        ...(time !== undefined && { time }),
        ...(step !== undefined && { step }),
      });
    });
    if (!isFound && this.#found[this.#objective] === 0 && this.#mayHoldMetric(line)) this.#closest.add(line);
  }

  #mayHoldMetric(line: string): boolean {
    return this.#names.length > FEW_NAMES || this.#names.some((name) => line.includes(name));
  }

  /** Counts lines, and looks at the first ones and then now and then at one. */
  #sample(run: Buffer): void {
    forEachLine(run, (line) => {
      this.#lines += 1;
      if (this.#lines <= 200 || this.#lines % 1024 === 0) this.#closest.add(line.subarray(0, SHOWN_BYTES).toString());
    });
  }
}

function candidatePattern(names: readonly string[], isFiltered: boolean): RegExp {
  const latin1 = (name: string) =>
    Buffer.from(name)
      .toString("latin1")
      .replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
  if (names.length <= FEW_NAMES)
    return new RegExp([...names.filter((name) => name !== "").map(latin1), STEP_MARKS].join("|"), "g");
  return isFiltered ? /[^\r\n]/g : new RegExp(`=|${STEP_MARKS}`, "g");
}

/** Where the line begins and ends that holds a place. */
function lineAround(text: string, at: number, hasReturns: boolean): [number, number] {
  const start = text.lastIndexOf("\n", at) + 1;
  const found = text.indexOf("\n", at);
  const end = found === -1 ? text.length : found;
  if (!hasReturns) return [start, end];
  const carriage = text.slice(at, end).indexOf("\r");
  return [start + text.slice(start, at).lastIndexOf("\r") + 1, carriage === -1 ? end : at + carriage];
}
