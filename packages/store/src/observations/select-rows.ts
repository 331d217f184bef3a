import { parseGoFloat } from "@qalam/api";
import { InvalidRequestError } from "../errors.ts";
import type { ObservationQuery } from "../observation-store.ts";
import { downsampleIndexes } from "./downsample.ts";
import { compareTimes, type ObservationTime, parseTime } from "./observation-time.ts";

/** What of a row decides whether it is selected and where it stands. */
export interface Selectable extends ObservationTime {
  readonly metric: string;
  readonly value: string;
  /** Grows with every row of a trial. */
  readonly arrival: number;
}

export interface TimeRange {
  readonly start: ObservationTime | undefined;
  readonly end: ObservationTime | undefined;
}

/** @throws InvalidRequestError for a bound that is no time or a target that is no number of rows */
export function checkQuery({ start, end, downsample }: ObservationQuery): TimeRange {
  if (downsample !== undefined && !(Number.isInteger(downsample) && downsample > 0)) {
    throw new InvalidRequestError(`downsample is ${downsample}, expected a whole number from 1`);
  }
  return {
    start: start === undefined ? undefined : parseTime(start, "start"),
    end: end === undefined ? undefined : parseTime(end, "end"),
  };
}

export function isWithin(time: ObservationTime, { start, end }: TimeRange): boolean {
  return (start === undefined || compareTimes(time, start) >= 0) && (end === undefined || compareTimes(time, end) <= 0);
}

/** Sorts rows by time, then arrival, in place, and thins each metric to about `target` rows. */
export function orderAndThin<T extends Selectable>(rows: T[], target: number | undefined): T[] {
  const byTime = (a: T, b: T): number => compareTimes(a, b) || a.arrival - b.arrival;
  if (rows.some((row, index) => index > 0 && byTime(rows[index - 1]!, row) > 0)) rows.sort(byTime);
  if (target === undefined) return rows;
  const metrics = new Map<string, T[]>();
  for (const row of rows) {
    const known = metrics.get(row.metric);
    if (known === undefined) metrics.set(row.metric, [row]);
    else known.push(row);
  }
  const kept = [...metrics.values()].flatMap((own) => {
    const values = Float64Array.from(own, ({ value }) => parseGoFloat(value) ?? NaN);
    return downsampleIndexes(values, target).map((index) => own[index]!);
  });
  return kept.sort(byTime);
}
