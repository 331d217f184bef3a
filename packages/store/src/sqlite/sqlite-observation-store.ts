import { type Metric, parseGoFloat } from "@qalam/api";
import { CommitQueue } from "../commit-queue.ts";
import { downsample } from "../downsample.ts";
import { checkedTime } from "../memory/memory-observation-store.ts";
import type { ObservationQuery, ObservationRow, ObservationStore } from "../observation-store.ts";
import { addToSummary, emptySummary, type MetricSummary, metricOf, timeKey } from "../observation-summary.ts";
import type { Database, SqlValue, Statement } from "./database.ts";
import { runTransaction } from "./run-transaction.ts";

interface Append {
  readonly trialUid: string;
  readonly rows: readonly ObservationRow[];
  readonly keys: readonly string[];
  /** Filled by the transaction: the rows that were new. */
  added: ObservationRow[];
}

/** An ObservationStore on SQLite. Names are stored once; summaries are kept up to date at every append. */
export class SqliteObservationStore implements ObservationStore {
  readonly #database: Database;
  readonly #statements: Record<"insert" | "summary" | "saveSummary" | "trial" | "last", Statement>;
  readonly #names: Record<"trials" | "metrics" | "sources", NameTable>;
  readonly #listeners = new Set<(trialUid: string, rows: readonly ObservationRow[]) => void>();
  readonly #commits: CommitQueue;
  #appends: Append[] = [];
  #arrival: number;

  constructor(database: Database) {
    this.#database = database;
    this.#names = {
      trials: new NameTable(database, "trials", "uid"),
      metrics: new NameTable(database, "metrics", "name"),
      sources: new NameTable(database, "sources", "name"),
    };
    this.#statements = {
      insert: database.prepare(
        "insert or ignore into observations (trial, source, sequence, metric, time, value, step, arrival) values (?, ?, ?, ?, ?, ?, ?, ?)",
      ),
      summary: database.prepare("select min, max, latest, latest_time from summaries where trial = ? and metric = ?"),
      saveSummary: database.prepare(
        "insert into summaries (trial, metric, min, max, latest, latest_time) values (?, ?, ?, ?, ?, ?) on conflict do update set min = excluded.min, max = excluded.max, latest = excluded.latest, latest_time = excluded.latest_time",
      ),
      trial: database.prepare(
        "select metrics.name as name, min, max, latest from summaries join metrics on metrics.id = summaries.metric where trial = ? order by metrics.id",
      ),
      last: database.prepare("select max(sequence) as last from observations where trial = ? and source = ?"),
    };
    this.#arrival = Number(
      database.prepare("select coalesce(max(value), 0) as last from counters where name = 'arrival'").get()?.last ?? 0,
    );
    this.#commits = new CommitQueue({ commit: () => this.#commit() }, () => {});
  }

  async append(trialUid: string, rows: readonly ObservationRow[]): Promise<number> {
    if (rows.length === 0) return 0;
    const append: Append = { trialUid, rows, keys: rows.map(checkedTime), added: [] };
    this.#appends.push(append);
    await this.#commits.add(() => {});
    if (append.added.length > 0) for (const listener of this.#listeners) listener(trialUid, append.added);
    return append.added.length;
  }

  async query(
    trialUid: string,
    { metric, start, end, downsample: target }: ObservationQuery = {},
  ): Promise<ObservationRow[]> {
    await this.#commits.settled();
    const trial = this.#names.trials.find(trialUid);
    const metricId = metric === undefined ? undefined : this.#names.metrics.find(metric);
    if (trial === undefined || (metric !== undefined && metricId === undefined)) return [];
    const sql = `select metrics.name as metric, value, time, step, sources.name as source, sequence from observations o join metrics on metrics.id = o.metric join sources on sources.id = o.source
      where o.trial = ? ${metricId === undefined ? "" : "and o.metric = ?"} and o.time >= ? and o.time <= ? order by o.time, o.arrival`;
    const bounds: SqlValue[] = [start === undefined ? "" : timeKey(start), end === undefined ? "~" : timeKey(end)];
    const rows = this.#database
      .prepare(sql)
      .all(trial, ...(metricId === undefined ? [] : [metricId]), ...bounds)
      .map(rowOf);
    return target === undefined ? rows : downsample(rows, target);
  }

  async summarize(trialUid: string): Promise<Metric[]> {
    await this.#commits.settled();
    const trial = this.#names.trials.find(trialUid);
    if (trial === undefined) return [];
    return this.#statements.trial.all(trial).map(({ name, min, max, latest }) => ({
      name: String(name),
      min: String(min),
      max: String(max),
      latest: String(latest),
    }));
  }

  async lastSequence(trialUid: string, source: string): Promise<number | undefined> {
    await this.#commits.settled();
    const [trial, from] = [this.#names.trials.find(trialUid), this.#names.sources.find(source)];
    const last =
      trial === undefined || from === undefined ? null : (this.#statements.last.get(trial, from)?.last ?? null);
    return last === null ? undefined : Number(last);
  }

  async delete(trialUid: string): Promise<void> {
    await this.#commits.settled();
    const trial = this.#names.trials.find(trialUid);
    if (trial === undefined) return;
    runTransaction(this.#database, () => {
      for (const table of ["observations", "summaries"])
        this.#database.prepare(`delete from ${table} where trial = ?`).run(trial);
      this.#database.prepare("delete from trials where id = ?").run(trial);
    });
    this.#names.trials.forget(trialUid);
  }

  subscribe(listener: (trialUid: string, rows: readonly ObservationRow[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.#commits.settled();
    this.#listeners.clear();
  }

  #commit(): void {
    const appends = this.#appends;
    this.#appends = [];
    try {
      runTransaction(this.#database, () => {
        for (const append of appends) append.added = this.#insert(append);
        this.#database
          .prepare(
            "insert into counters (name, value) values ('arrival', ?) on conflict do update set value = excluded.value",
          )
          .run(this.#arrival);
      });
    } catch (error) {
      for (const table of Object.values(this.#names)) table.clear(); // ids given out in the failed transaction are void
      for (const append of appends) append.added = [];
      throw error;
    }
  }

  #insert({ trialUid, rows, keys }: Append): ObservationRow[] {
    const trial = this.#names.trials.idOf(trialUid);
    const summaries = new Map<number, MetricSummary>();
    const added = rows.filter((row, i) => {
      const metric = this.#names.metrics.idOf(row.metric);
      const key = keys[i] ?? "";
      const { changes } = this.#statements.insert.run(
        trial,
        this.#names.sources.idOf(row.source),
        row.sequence,
        metric,
        key,
        row.value,
        row.step ?? null,
        ++this.#arrival,
      );
      if (Number(changes) === 0) return false;
      const summary = summaries.get(metric) ?? this.#summary(trial, metric);
      summaries.set(metric, summary);
      addToSummary(summary, row.value, key);
      return true;
    });
    for (const [metric, { min, max, latest, latestTime }] of summaries)
      this.#statements.saveSummary.run(trial, metric, min, max, latest, latestTime);
    return added;
  }

  #summary(trial: number, metric: number): MetricSummary {
    const row = this.#statements.summary.get(trial, metric);
    if (row === undefined) return emptySummary();
    const { min, max, latest } = metricOf("", {
      ...emptySummary(),
      min: String(row.min),
      max: String(row.max),
      latest: String(row.latest),
    }) as Required<Metric>;
    return {
      min,
      max,
      latest,
      minNumber: parseGoFloat(min) ?? Infinity,
      maxNumber: parseGoFloat(max) ?? -Infinity,
      latestTime: String(row.latest_time),
    };
  }
}

/** A table of names with small numbers for them, cached. */
class NameTable {
  readonly #ids = new Map<string, number>();
  readonly #select: Statement;
  readonly #insert: Statement;

  constructor(database: Database, table: string, column: string) {
    this.#select = database.prepare(`select id from ${table} where ${column} = ?`);
    this.#insert = database.prepare(`insert into ${table} (${column}) values (?)`);
  }

  find(name: string): number | undefined {
    const known = this.#ids.get(name) ?? (this.#select.get(name)?.id as number | undefined);
    if (known !== undefined) this.#ids.set(name, known);
    return known;
  }

  idOf(name: string): number {
    const known = this.find(name);
    if (known !== undefined) return known;
    this.#insert.run(name);
    const id = this.#select.get(name)?.id as number;
    this.#ids.set(name, id);
    return id;
  }

  forget(name: string): void {
    this.#ids.delete(name);
  }

  clear(): void {
    this.#ids.clear();
  }
}

function rowOf(row: Record<string, SqlValue>): ObservationRow {
  const { metric, value, time, step, source, sequence } = row;
  return {
    metric: String(metric),
    value: String(value),
    time: String(time),
    source: String(source),
    sequence: Number(sequence),
    ...(step !== null && { step: Number(step) }),
  };
}
