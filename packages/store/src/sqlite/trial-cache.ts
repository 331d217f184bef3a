import type { MetricSummary } from "../observations/metric-summary.ts";
import type { Database, Statement } from "./driver.ts";
import { textOf } from "./stored-value.ts";
import type { NumberedStretch } from "./stretch-table.ts";

/** What of a trial is needed to append to it. */
export interface TrialRecord {
  readonly id: number;
  /** Rows stored so far, the next arrival number. */
  rows: number;
  /** Source name to its id. */
  readonly sources: Map<string, number>;
  /** By metric id. */
  readonly summaries: Map<number, MetricSummary>;
  /** By metric id, those of metrics that were appended to. */
  readonly newestStretches: Map<number, NumberedStretch>;
}

/** Trials that are kept in memory, a kilobyte each; a machine that runs more at a time would be a rare one. */
const MAX_TRIALS = 1024;

/** The records of the trials that are appended to. Read from the database once, then kept up to date by the writer. */
export class TrialCache {
  readonly #trials = new Map<string, TrialRecord>();
  readonly #metricIds = new Map<string, number>();
  readonly #metricNames = new Map<number, string>();
  readonly #metrics: Statement;
  readonly #find: Statement;
  readonly #insert: Statement;
  readonly #sources: Statement;
  readonly #insertSource: Statement;
  readonly #summaries: Statement;
  readonly #insertMetric: Statement;

  constructor(database: Database) {
    this.#find = database.prepare("select id, rows from trials where uid = ?");
    this.#insert = database.prepare("insert into trials (uid, rows) values (?, 0) returning id");
    this.#sources = database.prepare("select id, name from sources where trial = ?");
    this.#insertSource = database.prepare("insert into sources (trial, name) values (?, ?) returning id");
    this.#summaries = database.prepare("select * from summaries where trial = ?");
    this.#metrics = database.prepare("select id, name from metrics");
    this.#insertMetric = database.prepare("insert into metrics (name) values (?) returning id");
    this.#readMetrics();
  }

  /** Undefined when nothing was stored of the trial. */
  find(uid: string): TrialRecord | undefined {
    const known = this.#trials.get(uid);
    if (known !== undefined) return known;
    const row = this.#find.get(uid);
    return row === undefined ? undefined : this.#keep(uid, this.#read(Number(row.id), Number(row.rows)));
  }

  findOrAdd(uid: string): TrialRecord {
    const known = this.find(uid);
    if (known !== undefined) return known;
    const id = Number(this.#insert.get(uid)!.id);
    return this.#keep(uid, { id, rows: 0, sources: new Map(), summaries: new Map(), newestStretches: new Map() });
  }

  sourceId(trial: TrialRecord, name: string): number {
    const known = trial.sources.get(name);
    if (known !== undefined) return known;
    const id = Number(this.#insertSource.get(trial.id, name)!.id);
    trial.sources.set(name, id);
    return id;
  }

  findMetric(name: string): number | undefined {
    return this.#metricIds.get(name);
  }

  metricId(name: string): number {
    const known = this.#metricIds.get(name);
    if (known !== undefined) return known;
    const id = Number(this.#insertMetric.get(name)!.id);
    this.#addMetric(id, name);
    return id;
  }

  metricName(id: number): string {
    return this.#metricNames.get(id)!;
  }

  forget(uid: string): void {
    this.#trials.delete(uid);
  }

  /** For after a transaction that was taken back. */
  clear(): void {
    this.#trials.clear();
    this.#metricIds.clear();
    this.#metricNames.clear();
    this.#readMetrics();
  }

  #readMetrics(): void {
    for (const { id, name } of this.#metrics.all()) this.#addMetric(Number(id), String(name));
  }

  #addMetric(id: number, name: string): void {
    this.#metricIds.set(name, id);
    this.#metricNames.set(id, name);
  }

  #keep(uid: string, trial: TrialRecord): TrialRecord {
    if (this.#trials.size >= MAX_TRIALS) this.#trials.delete(this.#trials.keys().next().value!);
    this.#trials.set(uid, trial);
    return trial;
  }

  #read(id: number, rows: number): TrialRecord {
    const sources = this.#sources.all(id).map((row): [string, number] => [String(row.name), Number(row.id)]);
    const summaries = this.#summaries.all(id).map((row): [number, MetricSummary] => {
      const { metric, min, max, latest, second, fraction } = row;
      const summary: MetricSummary = {
        latest: textOf(latest!),
        latestTime: { second: Number(second), fraction: Number(fraction) },
      };
      if (min !== null) summary.min = String(min);
      if (max !== null) summary.max = String(max);
      return [Number(metric), summary];
    });
    return { id, rows, sources: new Map(sources), summaries: new Map(summaries), newestStretches: new Map() };
  }
}
