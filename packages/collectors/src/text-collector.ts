import { ClosestLines } from "./closest-lines.ts";
import type { CollectedRow, StreamCollector, StreamDiagnosis } from "./collector.ts";
import { GoPattern } from "./go-pattern.ts";
import { leadingTime } from "./leading-time.ts";
import { LineSplitter } from "./line-splitter.ts";
import { scanAssignments } from "./scan-assignments.ts";
import { StepReader } from "./step-reader.ts";

/** Finds the values of the wanted metrics in a line. @param found takes name, value and where in the line the value stands */
type LineScanner = (line: string, found: (name: string, value: string, at: number) => void) => void;

/**
 * Metrics in lines of text (Katib behaviour 5.5). Without filters `name=value` is looked for; filters replace that. Names count when they equal a
 * wanted metric; empty values are no rows.
 */
export class TextCollector implements StreamCollector {
  readonly #splitter = new LineSplitter((line, offset) => this.#line(line, offset));
  readonly #names: readonly Buffer[];
  readonly #stepMarks = ["epoch", "step", "teration", "poch", "Step"].map((mark) => Buffer.from(mark));
  readonly #wanted: ReadonlySet<string>;
  readonly #scan: LineScanner;
  readonly #steps = new StepReader();
  readonly #closest: ClosestLines;
  readonly #found: Record<string, number>;
  #rows: CollectedRow[] = [];
  #sampled = 0;

  /** @param metricNames the objective first @param filters Go expressions with two groups */
  constructor(metricNames: readonly string[], filters: readonly string[] = []) {
    this.#wanted = new Set(metricNames);
    this.#names = metricNames.map((name) => Buffer.from(name));
    this.#found = Object.fromEntries(metricNames.map((name) => [name, 0]));
    this.#closest = new ClosestLines(metricNames[0] ?? "");
    this.#scan = filters.length === 0 ? scanAssignments(metricNames) : filterScanner(filters);
  }

  push(chunk: Uint8Array): CollectedRow[] {
    this.#splitter.push(chunk);
    return this.#take();
  }

  end(): CollectedRow[] {
    this.#splitter.end();
    return this.#take();
  }

  diagnose(): StreamDiagnosis {
    return {
      bytes: this.#splitter.bytes,
      units: this.#splitter.lines,
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

  #line(bytes: Buffer, offset: number): void {
    // Most lines of a long log hold no metric: bytes are searched before anything is decoded.
    if (!this.#names.some((name) => bytes.includes(name))) {
      if (this.#stepMarks.some((mark) => bytes.includes(mark))) this.#steps.read(bytes.subarray(0, 4096).toString());
      if (this.#isSample()) this.#closest.add(bytes.subarray(0, 512).toString());
      return;
    }
    const line = bytes.toString();
    const step = this.#steps.read(line);
    const time = leadingTime(line);
    const before = this.#rows.length;
    this.#scan(line, (name, value, at) => {
      if (!this.#wanted.has(name) || value === "") return;
      this.#found[name] = (this.#found[name] ?? 0) + 1;
      this.#rows.push({
        metric: name,
        value,
        sequence: offset + at,
        ...(time !== undefined && { time }),
        ...(step !== undefined && { step }),
      });
    });
    if (this.#rows.length === before) this.#closest.add(line);
  }

  /** Lines without a metric's name are looked at while few have been seen, then now and then. */
  #isSample(): boolean {
    this.#sampled += 1;
    return this.#sampled <= 200 || this.#sampled % 1024 === 0;
  }
}

function filterScanner(filters: readonly string[]): LineScanner {
  const patterns = filters.map((filter) => new GoPattern(filter));
  return (line, found) => {
    for (const pattern of patterns) {
      for (const { groups, valueStart } of pattern.matches(line)) {
        const [, name, value] = groups;
        if (name !== undefined && value !== undefined) found(name.trim(), value.trim(), valueStart);
      }
    }
  };
}
