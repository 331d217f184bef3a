import { ClosestLines } from "./closest-lines.ts";
import { type CollectedRow, MAX_VALUE_LENGTH, type StreamCollector, type StreamDiagnosis } from "./collector.ts";
import { parseJsonObject } from "./json-object.ts";
import { leadingTime, secondsTime } from "./leading-time.ts";
import { forEachLine, LineRuns } from "./line-runs.ts";
import { ProblemList } from "./problem-list.ts";
import { STEP_NAMES } from "./step-names.ts";

/**
 * Metrics in JSON lines, one object each (Katib behaviour 5.6). Numbers count as well as texts, fractions of a second are read as such, and a line
 * that is not JSON is counted and passed over.
 */
export class JsonLinesCollector implements StreamCollector {
  readonly #runs = new LineRuns((run, offset) =>
    forEachLine(run, (line, start) => this.#line(line.toString(), offset + start)),
  );
  readonly #names: readonly string[];
  readonly #found: Record<string, number>;
  readonly #closest: ClosestLines;
  readonly #problems = new ProblemList();
  #rows: CollectedRow[] = [];
  #lines = 0;

  constructor(metricNames: readonly string[]) {
    this.#names = metricNames;
    this.#found = Object.fromEntries(metricNames.map((name) => [name, 0]));
    this.#closest = new ClosestLines(metricNames[0] ?? "");
  }

  push(chunk: Uint8Array): CollectedRow[] {
    this.#runs.push(chunk);
    return this.#take();
  }

  end(): CollectedRow[] {
    this.#runs.end();
    return this.#take();
  }

  diagnose(): StreamDiagnosis {
    return {
      bytes: this.#runs.bytes,
      units: this.#lines,
      found: { ...this.#found },
      closest: this.#closest.list(),
      problems: this.#problems.list(),
    };
  }

  #take(): CollectedRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  #line(line: string, offset: number): void {
    this.#lines += 1;
    const object = parseJsonObject(line);
    if (object === undefined && line.trim() !== "") this.#problems.add(`the line at byte ${offset} is no JSON object`);
    const before = this.#rows.length;
    if (object !== undefined) this.#object(object, offset);
    if (this.#rows.length === before) this.#closest.add(line);
  }

  #object(object: Record<string, unknown>, offset: number): void {
    const time = timeOf(object.timestamp);
    const step = STEP_NAMES.map((key) => stepOf(object[key])).find(Number.isFinite);
    this.#names.forEach((metric, i) => {
      const value = Object.hasOwn(object, metric) ? object[metric] : undefined;
      const text = typeof value === "number" ? String(value) : typeof value === "string" ? value.trim() : "";
      if (text === "" || text.length > MAX_VALUE_LENGTH) return;
      this.#found[metric] = (this.#found[metric] ?? 0) + 1;
      this.#rows.push({
        metric,
        value: text,
        sequence: offset + i,
        ...(time !== undefined && { time }),
        ...(step !== undefined && { step }),
      });
    });
  }
}

/** NaN when there is none. */
function stepOf(value: unknown): number {
  return typeof value === "number" || (typeof value === "string" && value.trim() !== "") ? Number(value) : Number.NaN;
}

/** Text in RFC 3339, or seconds since 1970 with any fraction. */
function timeOf(timestamp: unknown): string | undefined {
  if (typeof timestamp === "string") return leadingTime(timestamp);
  return typeof timestamp === "number" ? secondsTime(timestamp) : undefined;
}
