import { byTime, lengthOf, type MetricRow, Stretch } from "../observations/stretch.ts";
import { type SequenceWindow, StretchExtent } from "../observations/stretch-extent.ts";
import type { Database, SqlValue, Statement } from "./driver.ts";

/** Stretches read at once; other work goes between. */
const SLICE = 2000;

type KeptRow = [
  source: number,
  sequence: number,
  second: number,
  fraction: number,
  value: string,
  step: number | null,
  arrival: number,
];
type StoredWindow = [source: number, from: number, to: number];

/** A stretch and its place among those of its metric, from 0. */
export interface NumberedStretch {
  readonly number: number;
  readonly stretch: Stretch;
  /** Undefined of a stretch that was begun by a version that did not note it. */
  readonly extent: StretchExtent | undefined;
}

/** A stretch as it is stored: what is not asked for is not parsed. */
export class StoredStretch {
  readonly #row: Record<string, SqlValue>;

  constructor(row: Record<string, SqlValue>) {
    this.#row = row;
  }

  get kept(): MetricRow[] {
    return keptRows(this.#row.kept!);
  }

  /** Where its rows are; none when that was not noted. */
  get windows(): SequenceWindow[] {
    const { windows } = this.#row;
    if (windows == null) return [];
    return (JSON.parse(String(windows)) as StoredWindow[]).map(([source, from, to]) => ({ source, from, to }));
  }

  /** Whether all its rows were reported between two seconds, neither of them included. */
  isWithin({ since, until }: { readonly since: number; readonly until: number }): boolean {
    const { since: first, until: last } = this.#row;
    return first != null && last != null && Number(first) > since && Number(last) < until;
  }

  /** To be added to. */
  opened(): NumberedStretch {
    const { since, until, windows } = this.#row;
    const number = Number(this.#row.number);
    const stretch = new Stretch(lengthOf(number), byTime, Number(this.#row.rows), this.kept);
    const extent = windows === null ? undefined : StretchExtent.of(Number(since), Number(until), this.windows);
    return { number, stretch, extent };
  }
}

/** Which stretches: of a metric, or of all metrics, of a trial; those with rows in a part by time, whole seconds, both included. */
export interface StretchSelection {
  readonly trial: number;
  readonly metric?: number | undefined;
  readonly seconds?: { readonly since: number; readonly until: number } | undefined;
}

function numbered(number: number): NumberedStretch {
  return { number, stretch: new Stretch(lengthOf(number), byTime), extent: new StretchExtent() };
}

/** Stretches of rows in the database: written with the rows, in the same transaction. */
export class StretchTable {
  readonly #database: Database;
  readonly #save: Statement;
  readonly #newest: Statement;
  readonly #coverage: Statement;

  constructor(database: Database) {
    this.#database = database;
    this.#save = database.prepare(
      "insert or replace into stretches (trial, metric, number, rows, kept, since, until, windows) values (?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#newest = database.prepare(
      "select * from stretches where trial = ? and metric = ? order by number desc limit 1",
    );
    this.#coverage = database.prepare(
      "select sum(rows) as rows, count(*) as stretches, count(since) as placed from stretches where trial = ?",
    );
  }

  /** The newest stretch of a metric. */
  newest(trial: number, metric: number): NumberedStretch {
    const row = this.#newest.get(trial, metric);
    return row === undefined ? numbered(0) : new StoredStretch(row).opened();
  }

  /** Adds the next row of a metric. A stretch that becomes full is saved. @returns the newest stretch, to be saved at the end of an append */
  add(trial: number, metric: number, newest: NumberedStretch, row: MetricRow): NumberedStretch {
    const open = newest.stretch.isFull ? numbered(newest.number + 1) : newest;
    open.stretch.add(row);
    open.extent?.add(row);
    if (open.stretch.isFull) this.save(trial, metric, open);
    return open;
  }

  save(trial: number, metric: number, { number, stretch, extent }: NumberedStretch): void {
    const stored = stretch.kept.map(
      ({ source, sequence, second, fraction, value, step, arrival }): KeptRow => [
        source,
        sequence,
        second,
        fraction,
        value,
        step,
        arrival,
      ],
    );
    const windows = extent?.windows.map(({ source, from, to }): StoredWindow => [source, from, to]);
    this.#save.run(
      trial,
      metric,
      number,
      stretch.rows,
      JSON.stringify(stored),
      extent?.since ?? null,
      extent?.until ?? null,
      windows === undefined ? null : JSON.stringify(windows),
    );
  }

  /**
   * How many rows of a trial are in stretches, fewer than it has when some came before there were stretches; and whether all of them say where their rows are.
   */
  coverage(trial: number): { rows: number; arePlaced: boolean } {
    const { rows, stretches, placed } = this.#coverage.get(trial)!;
    return { rows: Number(rows ?? 0), arePlaced: stretches === placed };
  }

  /** How many stretches are selected, and the number of the newest of them. */
  count(selection: StretchSelection): { count: number; newest: number } {
    const { where, bounds } = condition(selection);
    const { count, newest } = this.#database
      .prepare(`select count(*) as count, max(number) as newest from stretches where ${where}`)
      .get(...bounds)!;
    return { count: Number(count), newest: Number(newest ?? 0) };
  }

  /** The selected stretches by metric, in portions. */
  async *read(selection: StretchSelection): AsyncGenerator<StoredStretch[]> {
    const { where, bounds } = condition(selection);
    const statement = this.#database.prepare(
      `select * from stretches where ${where} and (metric, number) > (?, ?) order by metric, number limit ${SLICE}`,
    );
    for (let after = [-1, -1]; ; ) {
      const rows = statement.all(...bounds, ...after);
      yield rows.map((row) => new StoredStretch(row));
      const last = rows.at(-1);
      if (last === undefined || rows.length < SLICE) return;
      after = [Number(last.metric), Number(last.number)];
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function condition({ trial, metric, seconds }: StretchSelection): { where: string; bounds: number[] } {
  const parts = ["trial = ?"];
  const bounds = [trial];
  if (metric !== undefined) {
    parts.push("metric = ?");
    bounds.push(metric);
  }
  if (seconds !== undefined) {
    parts.push("until >= ? and since <= ?");
    bounds.push(seconds.since, seconds.until);
  }
  return { where: parts.join(" and "), bounds };
}

function keptRows(stored: SqlValue): MetricRow[] {
  return (JSON.parse(String(stored)) as KeptRow[]).map(
    ([source, sequence, second, fraction, value, step, arrival]) => ({
      source,
      sequence,
      second,
      fraction,
      value,
      step,
      arrival,
    }),
  );
}
