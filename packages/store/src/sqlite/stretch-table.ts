import { lengthOf, type MetricRow, Stretch } from "../observations/stretch.ts";
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

/** A stretch and its place among those of its metric, from 0. */
export interface NumberedStretch {
  readonly number: number;
  readonly stretch: Stretch;
}

function numbered(number: number): NumberedStretch {
  return { number, stretch: new Stretch(lengthOf(number)) };
}

/** Stretches of rows in the database: written with the rows, in the same transaction. */
export class StretchTable {
  readonly #save: Statement;
  readonly #newest: Statement;
  readonly #read: Statement;
  readonly #rows: Statement;

  constructor(database: Database) {
    this.#save = database.prepare(
      "insert or replace into stretches (trial, metric, number, rows, kept) values (?, ?, ?, ?, ?)",
    );
    this.#newest = database.prepare(
      "select number, rows, kept from stretches where trial = ? and metric = ? order by number desc limit 1",
    );
    this.#read = database.prepare(
      `select kept from stretches where trial = ? and metric = ? and number >= ? order by number limit ${SLICE}`,
    );
    this.#rows = database.prepare("select sum(rows) as rows from stretches where trial = ?");
  }

  /** The newest stretch of a metric. */
  newest(trial: number, metric: number): NumberedStretch {
    const row = this.#newest.get(trial, metric);
    if (row === undefined) return numbered(0);
    const number = Number(row.number);
    return { number, stretch: new Stretch(lengthOf(number), Number(row.rows), keptRows(row.kept!)) };
  }

  /** Adds the next row of a metric. A stretch that becomes full is saved. @returns the newest stretch, to be saved at the end of an append */
  add(trial: number, metric: number, newest: NumberedStretch, row: MetricRow): NumberedStretch {
    const open = newest.stretch.isFull ? numbered(newest.number + 1) : newest;
    open.stretch.add(row);
    if (open.stretch.isFull) this.save(trial, metric, open);
    return open;
  }

  save(trial: number, metric: number, { number, stretch }: NumberedStretch): void {
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
    this.#save.run(trial, metric, number, stretch.rows, JSON.stringify(stored));
  }

  /** How many rows of a trial are in stretches: fewer than it has when some came before there were stretches. */
  rows(trial: number): number {
    return Number(this.#rows.get(trial)?.rows ?? 0);
  }

  /** The kept rows of all stretches of a metric, in portions. */
  async *kept(trial: number, metric: number): AsyncGenerator<MetricRow[]> {
    for (let from = 0; ; from += SLICE) {
      const stretches = this.#read.all(trial, metric, from);
      yield stretches.flatMap(({ kept }) => keptRows(kept!));
      if (stretches.length < SLICE) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
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
