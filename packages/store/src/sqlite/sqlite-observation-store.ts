import type { Metric } from "@qalam/api";
import type {
  ObservationListener,
  ObservationQuery,
  ObservationRow,
  ObservationStore,
  PortionQuery,
} from "../observation-store.ts";
import { checkRows } from "../observations/check-row.ts";
import { addToSummary, metricOf } from "../observations/metric-summary.ts";
import { ObservationListeners } from "../observations/observation-listeners.ts";
import type { ObservationTime } from "../observations/observation-time.ts";
import type { MetricRow } from "../observations/stretch.ts";
import type { Database, Statement } from "./driver.ts";
import { GroupCommit } from "./group-commit.ts";
import type { ObservationTables } from "./observation-selection.ts";
import { observationPortions, queryObservations } from "./query-observations.ts";
import { storedText, storedValue } from "./stored-value.ts";
import { StretchTable } from "./stretch-table.ts";
import { TrialCache, type TrialRecord } from "./trial-cache.ts";
import { TrialRemoval } from "./trial-removal.ts";

/** The rows that an append added. */
interface Added {
  readonly added: readonly ObservationRow[];
  /** The number after that of the last of them. */
  readonly end: number;
}

/**
 * An ObservationStore on SQLite. One clustered table ordered by trial, source and position holds all rows, so that appends go to the end of a trial's
 * stretch and reading a trial is one scan. Names are stored once; summaries are kept up to date at every append.
 */
export class SqliteObservationStore implements ObservationStore {
  readonly #database: Database;
  readonly #trials: TrialCache;
  readonly #commits: GroupCommit;
  readonly #listeners = new ObservationListeners();
  readonly #stretches: StretchTable;
  readonly #removal: TrialRemoval;
  readonly #insert: Statement;
  readonly #saveSummary: Statement;
  readonly #saveRows: Statement;
  readonly #last: Statement;

  constructor(database: Database) {
    this.#database = database;
    this.#trials = new TrialCache(database);
    this.#stretches = new StretchTable(database);
    this.#commits = new GroupCommit(database, () => this.#trials.clear());
    this.#removal = new TrialRemoval(database, this.#commits);
    this.#insert = database.prepare(
      "insert or ignore into observations (trial, source, sequence, metric, second, fraction, value, step, arrival) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#saveSummary = database.prepare(
      "insert or replace into summaries (trial, metric, min, max, latest, second, fraction) values (?, ?, ?, ?, ?, ?, ?)",
    );
    this.#saveRows = database.prepare("update trials set rows = ? where id = ?");
    this.#last = database.prepare("select max(sequence) as last from observations where trial = ? and source = ?");
    void this.#removal.run();
  }

  async append(trialUid: string, rows: readonly ObservationRow[]): Promise<number> {
    const times = checkRows(rows);
    const given = rows.map((row) => ({ ...row }));
    if (rows.length === 0) return 0;
    const { added, end } = await this.#commits.run(() => this.#add(trialUid, given, times));
    this.#listeners.tell(trialUid, added, end);
    return added.length;
  }

  async query(trialUid: string, options: ObservationQuery = {}): Promise<ObservationRow[]> {
    return queryObservations(this.#tables(), trialUid, options);
  }

  portions(trialUid: string, options: PortionQuery = {}): AsyncGenerator<readonly ObservationRow[]> {
    return observationPortions(this.#tables(), trialUid, options);
  }

  async count(trialUid: string): Promise<number> {
    return this.#trials.find(trialUid)?.rows ?? 0;
  }

  async summarize(trialUid: string): Promise<Metric[]> {
    const trial = this.#trials.find(trialUid);
    if (trial === undefined) return [];
    return [...trial.summaries].map(([metric, summary]) => metricOf(this.#trials.metricName(metric), summary));
  }

  async lastSequence(trialUid: string, source: string): Promise<number | undefined> {
    const trial = this.#trials.find(trialUid);
    const id = trial?.sources.get(source);
    const last = id === undefined ? null : (this.#last.get(trial!.id, id)?.last ?? null);
    return last === null ? undefined : Number(last);
  }

  async delete(trialUid: string): Promise<void> {
    await this.#commits.run(() => {
      const trial = this.#trials.find(trialUid);
      if (trial === undefined) return;
      this.#removal.begin(trial.id);
      this.#trials.forget(trialUid);
    });
    void this.#removal.run();
  }

  subscribe(listener: ObservationListener): () => void {
    return this.#listeners.subscribe(listener);
  }

  /** The database belongs to the data directory. */
  async close(): Promise<void> {
    this.#commits.close();
    this.#listeners.clear();
  }

  #add(trialUid: string, rows: readonly ObservationRow[], times: readonly ObservationTime[]): Added {
    const trial = this.#trials.findOrAdd(trialUid);
    const touched = new Set<number>();
    const added = rows.filter((row, index) => {
      const metric = this.#trials.metricId(row.metric);
      if (!this.#addRow(trial, metric, row, times[index]!)) return false;
      touched.add(metric);
      return true;
    });
    if (added.length === 0) return { added, end: trial.rows };
    for (const metric of touched) {
      const { min = null, max = null, latest, latestTime } = trial.summaries.get(metric)!;
      this.#saveSummary.run(trial.id, metric, min, max, storedText(latest), latestTime.second, latestTime.fraction);
      this.#stretches.save(trial.id, metric, trial.newestStretches.get(metric)!);
    }
    this.#saveRows.run(trial.rows, trial.id);
    return { added, end: trial.rows };
  }

  #addRow(trial: TrialRecord, metric: number, row: ObservationRow, time: ObservationTime): boolean {
    const { second, fraction } = time;
    const { sequence, value, step = null } = row;
    const source = this.#trials.sourceId(trial, row.source);
    const { changes } = this.#insert.run(
      trial.id,
      source,
      sequence,
      metric,
      second,
      fraction,
      storedValue(value),
      step === null ? null : storedValue(String(step)),
      trial.rows,
    );
    if (Number(changes) === 0) return false;
    this.#addToStretch(trial, metric, { source, sequence, second, fraction, value, step, arrival: trial.rows });
    trial.rows++;
    trial.summaries.set(metric, addToSummary(trial.summaries.get(metric), value, time));
    return true;
  }

  #addToStretch(trial: TrialRecord, metric: number, row: MetricRow): void {
    const newest = trial.newestStretches.get(metric) ?? this.#stretches.newest(trial.id, metric);
    trial.newestStretches.set(metric, this.#stretches.add(trial.id, metric, newest, row));
  }

  #tables(): ObservationTables {
    return { database: this.#database, trials: this.#trials, stretches: this.#stretches };
  }
}
