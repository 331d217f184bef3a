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

/** Negative, zero or positive as `a` is before, at or after `b`. */
export type RowOrder<T> = (a: T, b: T) => number;

/**
 * Consecutive rows of one metric, in order of arrival, of which those are kept that a plot must not miss: the first and the last in time, the least and the
 * greatest. So millions of rows are thinned without being read.
 */
export class Stretch<T extends { readonly value: string } = MetricRow> {
  /** How many it takes. */
  readonly length: number;
  readonly #order: RowOrder<T>;
  #rows: number;
  #kept: readonly T[];

  /** @param order of the rows in time @param rows that were added before @param kept those of them that were kept */
  constructor(length: number, order: RowOrder<T>, rows = 0, kept: readonly T[] = []) {
    this.length = length;
    this.#order = order;
    this.#rows = rows;
    this.#kept = kept;
  }

  get rows(): number {
    return this.#rows;
  }

  get kept(): readonly T[] {
    return this.#kept;
  }

  get isFull(): boolean {
    return this.#rows >= this.length;
  }

  add(row: T): void {
    this.#rows++;
    this.#keep([row]);
  }

  /** This stretch and the one that comes next. */
  joined(next: Stretch<T>): Stretch<T> {
    const both = new Stretch(this.length + next.length, this.#order, this.rows + next.rows, this.kept);
    both.#keep(next.kept);
    return both;
  }

  #keep(rows: readonly T[]): void {
    const all = [...this.#kept, ...rows];
    this.#kept = all.length <= KEPT_ROWS ? all : ends(all, this.#order);
  }
}

/** The first and the last in time, the least and the greatest. */
function ends<T extends { readonly value: string }>(rows: readonly T[], order: RowOrder<T>): T[] {
  let [first, last] = [rows[0]!, rows[0]!];
  let least: T | undefined;
  let greatest: T | undefined;
  let [smallest, largest] = [Number.NaN, Number.NaN];
  for (const row of rows) {
    if (order(row, first) < 0) first = row;
    if (order(row, last) > 0) last = row;
    const value = parseGoFloat(row.value) ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    if (!(value >= smallest)) [least, smallest] = [row, value];
    if (!(value <= largest)) [greatest, largest] = [row, value];
  }
  return [...new Set([first, least ?? first, greatest ?? first, last])];
}

/** By time, then arrival. */
export function byTime(a: MetricRow, b: MetricRow): number {
  return compareTimes(a, b) || a.arrival - b.arrival;
}
