import { ClosestLines } from "./closest-lines.ts";
import { type CollectedRow, MAX_VALUE_LENGTH, type StreamCollector, type StreamDiagnosis } from "./collector.ts";
import { leadingTime } from "./leading-time.ts";
import { forEachLine, LineRuns, MAX_LINE_BYTES } from "./line-runs.ts";
import { type LineSearch, latin1Pattern, PatternSearch, SignSearch } from "./line-search.ts";
import { type LineScanner, scanAssignments } from "./scan-assignments.ts";
import { needEquals, scanFilters } from "./scan-filters.ts";
import { StepReader } from "./step-reader.ts";

/** With more names than these, lines are not looked for by name. */
const FEW_NAMES = 16;
/** Each is a search of its own through all bytes. */
const FEW_LITERALS = 3;
/** So much of a line without a metric is looked at. */
const SHOWN_BYTES = 512;

/**
 * Metrics in lines of text (Katib behaviour 5.5). Without filters `name=value` is looked for; filters replace that. Names count when they equal a
 * wanted metric; empty values are no rows. Most lines of a long log hold no metric: bytes are searched before lines are cut or decoded.
 */
export class TextCollector implements StreamCollector {
  readonly #runs = new LineRuns((lines, offset) => this.#run(lines, offset));
  readonly #objective: string;
  readonly #names: readonly string[];
  /** Until the objective is found: lines with its name explain why it is missing. */
  readonly #thorough: LineSearch;
  readonly #fast: LineSearch;
  readonly #wanted: ReadonlySet<string>;
  readonly #scan: LineScanner;
  readonly #steps: StepReader;
  readonly #closest: ClosestLines;
  readonly #found: Record<string, number>;
  #rows: CollectedRow[] = [];
  #lines = 0;

  /** @param metricNames the objective first @param filters Go expressions with two groups @param step of what was written before */
  constructor(metricNames: readonly string[], filters: readonly string[] = [], step?: number) {
    this.#steps = new StepReader(step);
    this.#objective = metricNames[0] ?? "";
    this.#names = metricNames;
    this.#wanted = new Set(metricNames);
    this.#found = Object.fromEntries(metricNames.map((name) => [name, 0]));
    this.#closest = new ClosestLines(this.#objective);
    this.#scan = filters.length === 0 ? scanAssignments(metricNames) : scanFilters(filters);
    this.#thorough = new PatternSearch(lineMarks(metricNames, filters.length > 0));
    this.#fast = fastSearch(metricNames, filters, this.#thorough);
  }

  get step(): number | undefined {
    return this.#steps.step;
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
    const search = this.#found[this.#objective] === 0 ? this.#thorough : this.#fast;
    search.start(lines);
    for (let at = search.next(0); at !== -1; ) {
      const [start, end] = search.lineAround(at);
      this.#line(lines.subarray(start, Math.min(end, start + MAX_LINE_BYTES)), offset + start);
      at = end + 1 >= lines.length ? -1 : search.next(end + 1);
    }
    if (this.#found[this.#objective] === 0) this.#sample(lines);
  }

  #line(bytes: Buffer, offset: number): void {
    const line = bytes.toString();
    const step = this.#steps.read(line);
    const time = leadingTime(line);
    let isFound = false;
    this.#scan(line, (name, value, at) => {
      if (!this.#wanted.has(name) || value === "" || value.length > MAX_VALUE_LENGTH) return;
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

/** Patterns of which every line with a metric holds one. */
function lineMarks(names: readonly string[], isFiltered: boolean): string[] {
  if (names.length <= FEW_NAMES) return names.filter((name) => name !== "").map(latin1Pattern);
  return [isFiltered ? "[^\\r\\n]" : "="];
}

function fastSearch(names: readonly string[], filters: readonly string[], thorough: LineSearch): LineSearch {
  if (names.length > FEW_NAMES) return thorough;
  if (needEquals(filters)) return new SignSearch(names, [], thorough);
  return names.length > FEW_LITERALS
    ? thorough
    : new SignSearch(
        [],
        names.filter((name) => name !== ""),
        thorough,
      );
}
