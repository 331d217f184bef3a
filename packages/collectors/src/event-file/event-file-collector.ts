import { ClosestLines } from "../closest-lines.ts";
import type { CollectedRow, StreamCollector, StreamDiagnosis } from "../collector.ts";
import { secondsTime } from "../leading-time.ts";
import { ProblemList } from "../problem-list.ts";
import { type EventMessage, readEvent } from "./event-message.ts";
import { metricsOfTag } from "./tag-match.ts";
import { type TfRecord, TfRecordReader } from "./tf-record-reader.ts";

/** Tags remembered for the diagnosis and for matching; a writer that makes up endless tags must not fill the memory. */
const MOST_TAGS = 20_000;

/** Scalars in an event file of TensorBoard, as TensorFlow, PyTorch and tensorboardX write them (Katib behaviour 5.8). */
export class EventFileCollector implements StreamCollector {
  readonly #reader = new TfRecordReader({
    onRecord: (record) => this.#record(record),
    onProblem: (problem) => this.#problems.add(problem),
  });
  readonly #names: readonly string[];
  readonly #folder: string;
  readonly #below: string;
  readonly #found: Record<string, number>;
  readonly #closest: ClosestLines;
  readonly #problems = new ProblemList();
  readonly #metricsOf = new Map<string, string[]>();
  /** Tags that had a value without step. */
  readonly #atZero = new Set<string>();
  #rows: CollectedRow[] = [];
  #bytes = 0;
  #records = 0;

  /**
   * @param metricNames the objective first
   * @param folder path of the folder the file lies in, for names such as train/loss
   * @param root the part of that path which all files have in common
   */
  constructor(metricNames: readonly string[], folder = "", root = "") {
    this.#names = metricNames;
    this.#folder = folder.replace(/\/+$/, "");
    this.#below = folder.startsWith(root) ? folder.slice(root.length).replace(/^\/+/, "") : folder;
    this.#found = Object.fromEntries(metricNames.map((name) => [name, 0]));
    this.#closest = new ClosestLines(metricNames[0] ?? "", /./);
  }

  push(chunk: Uint8Array): CollectedRow[] {
    this.#bytes += chunk.length;
    this.#reader.push(chunk);
    return this.#take();
  }

  end(): CollectedRow[] {
    const { pending } = this.#reader;
    if (pending > 0) this.#problems.add(`the last ${pending} bytes are no whole record: the writer was cut off`);
    return this.#take();
  }

  diagnose(): StreamDiagnosis {
    return {
      bytes: this.#bytes,
      units: this.#records,
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

  #record({ data, offset }: TfRecord): void {
    this.#records += 1;
    let event: EventMessage;
    try {
      event = readEvent(data);
    } catch {
      this.#problems.add(`the record at byte ${offset} is no event`);
      return;
    }
    const time = secondsTime(event.wallTime);
    event.scalars.forEach(({ tag, value }, i) => {
      const step = this.#step(event.step, tag);
      for (const metric of this.#metrics(tag)) {
        this.#found[metric] = (this.#found[metric] ?? 0) + 1;
        this.#rows.push({
          metric,
          value,
          sequence: offset + i,
          ...(time !== undefined && { time }),
          ...(step !== undefined && { step }),
        });
      }
    });
  }

  #metrics(tag: string): string[] {
    const known = this.#metricsOf.get(tag);
    if (known !== undefined) return known;
    const metrics = metricsOfTag(tag, this.#folder, this.#names);
    if (!metrics.includes(this.#names[0] ?? "")) this.#closest.add(this.#below === "" ? tag : `${this.#below}/${tag}`);
    if (this.#metricsOf.size < MOST_TAGS) this.#metricsOf.set(tag, metrics);
    return metrics;
  }

  /** Step zero is not written, nor is a step the writer was not given: a tag's first value without step is at zero, the others have none. */
  #step(written: number | undefined, tag: string): number | undefined {
    if (written !== undefined) return Number.isSafeInteger(written) && written >= 0 ? written : undefined;
    if (this.#atZero.has(tag)) return undefined;
    if (this.#atZero.size < MOST_TAGS) this.#atZero.add(tag);
    return 0;
  }
}
