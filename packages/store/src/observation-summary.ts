import { type Metric, parseGoFloat, UNAVAILABLE } from "@qalam/api";

/** The running min, max and latest of one metric (Katib behaviour 3.4). */
export interface MetricSummary {
  min: string;
  minNumber: number;
  max: string;
  maxNumber: number;
  latest: string;
  /** Time of latest, in the form of `timeKey`. */
  latestTime: string;
}

/** A summary before any row. */
export function emptySummary(): MetricSummary {
  return {
    min: UNAVAILABLE,
    minNumber: Infinity,
    max: UNAVAILABLE,
    maxNumber: -Infinity,
    latest: UNAVAILABLE,
    latestTime: "",
  };
}

/** Adds a row. Values keep their text; only those that parse as Go floats, NaN aside, take part in min and max. @param time in the form of `timeKey` */
export function addToSummary(summary: MetricSummary, value: string, time: string): void {
  const number = parseGoFloat(value);
  if (number !== undefined && !Number.isNaN(number)) {
    if (number < summary.minNumber || summary.min === UNAVAILABLE) [summary.min, summary.minNumber] = [value, number];
    if (number > summary.maxNumber || summary.max === UNAVAILABLE) [summary.max, summary.maxNumber] = [value, number];
  }
  if (time >= summary.latestTime) [summary.latest, summary.latestTime] = [value, time];
}

/** The summary as a Trial's status shows it. */
export function metricOf(name: string, { min, max, latest }: MetricSummary): Metric {
  return { name, min, max, latest };
}

/** A UTC time of at most nanosecond precision as text of fixed length, so that text order is time order. @throws RangeError for a text that is no time */
export function timeKey(time: string): string {
  const match = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9})\d*)?([Zz]|[+-]\d\d:?\d\d)?$/.exec(time);
  if (match === null) throw new RangeError(`"${time}" is not an RFC 3339 time`);
  const [, date, clock, fraction = "", zone = "Z"] = match;
  const seconds = /^[zZ]$/.test(zone)
    ? `${date}T${clock}`
    : new Date(`${date}T${clock}${zone.includes(":") ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`}`)
        .toISOString()
        .slice(0, 19);
  return `${seconds}.${fraction.padEnd(9, "0")}Z`;
}
