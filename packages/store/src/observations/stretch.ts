import { parseGoFloat } from "@qalam/api";
import { compareTimes, type ObservationTime } from "./observation-time.ts";

/** Rows kept of each stretch. */
export const KEPT_ROWS = 4;
/** So many stretches are of one size; the next ones are twice as long, up to the longest. */
const STRETCHES_OF_A_SIZE = 512;
const LONGEST = 256;

/** Rows in a stretch. The first ones are short, so that few rows are kept all and the stretches of more are at least a thousand, but for a few. */
export function lengthOf(number: number): number {
  return Math.min(LONGEST, KEPT_ROWS * 2 ** Math.floor(number / STRETCHES_OF_A_SIZE));
}

/** Whether so many stretches show a part of a metric as well as `target` of its rows: each pair of rows on a plot stands for at least one. @param newest number of the newest of them */
export function isFineEnough(count: number, newest: number, target: number): boolean {
  return newest < STRETCHES_OF_A_SIZE || target <= 2 * count;
}

/** A row of one metric of one trial, as it is stored. */
export interface MetricRow extends ObservationTime {
  readonly source: number;
  readonly sequence: number;
  readonly value: string;
  readonly step: number | null;
  /** Grows with every row of a trial. */
  readonly arrival: number;
}

/**
 * Consecutive rows of one metric, in order of arrival, of which those are kept that a plot must not miss: the first and the last in time, the least and the
 * greatest. So millions of rows are thinned without being read.
 */
export class Stretch {
  /** How many it takes. */
  readonly length: number;
  #rows: number;
  #kept: readonly MetricRow[];

  /** @param rows that were added before @param kept those of them that were kept */
  constructor(length: number, rows = 0, kept: readonly MetricRow[] = []) {
    this.length = length;
    this.#rows = rows;
    this.#kept = kept;
  }

  get rows(): number {
    return this.#rows;
  }

  get kept(): readonly MetricRow[] {
    return this.#kept;
  }

  get isFull(): boolean {
    return this.#rows >= this.length;
  }

  add(row: MetricRow): void {
    this.#rows++;
    this.#keep([row]);
  }

  /** This stretch and the one that comes next. */
  joined(next: Stretch): Stretch {
    const both = new Stretch(this.length + next.length, this.rows + next.rows, this.kept);
    both.#keep(next.kept);
    return both;
  }

  #keep(rows: readonly MetricRow[]): void {
    const all = [...this.#kept, ...rows];
    this.#kept = all.length <= KEPT_ROWS ? all : ends(all);
  }
}

/** The first and the last in time, the least and the greatest. */
function ends(rows: readonly MetricRow[]): MetricRow[] {
  let [first, last] = [rows[0]!, rows[0]!];
  let least: MetricRow | undefined;
  let greatest: MetricRow | undefined;
  let [smallest, largest] = [Number.NaN, Number.NaN];
  for (const row of rows) {
    if (byTime(row, first) < 0) first = row;
    if (byTime(row, last) > 0) last = row;
    const value = parseGoFloat(row.value) ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    if (!(value >= smallest)) [least, smallest] = [row, value];
    if (!(value <= largest)) [greatest, largest] = [row, value];
  }
  return [...new Set([first, least ?? first, greatest ?? first, last])];
}

function byTime(a: MetricRow, b: MetricRow): number {
  return compareTimes(a, b) || a.arrival - b.arrival;
}
