import { type Metric, parseGoFloat, UNAVAILABLE } from "@qalam/api";
import { compareTimes, type ObservationTime } from "./observation-time.ts";

/** The running min, max and latest of one metric (Katib behaviour 3.4), values as they were reported. */
export interface MetricSummary {
  /** Absent until a value parses as a number. */
  min?: string;
  max?: string;
  latest: string;
  latestTime: ObservationTime;
}

/**
 * Adds a row to a metric's summary. Values that are no Go floats, and NaN, which is neither less nor greater than anything, take no part in min and
 * max; the first of equal values stays. Of rows with the same time the later one is the latest.
 */
export function addToSummary(summary: MetricSummary | undefined, value: string, time: ObservationTime): MetricSummary {
  const next = summary ?? { latest: value, latestTime: time };
  const number = parseGoFloat(value);
  if (number !== undefined && !Number.isNaN(number)) {
    if (next.min === undefined || number < parseGoFloat(next.min)!) next.min = value;
    if (next.max === undefined || number > parseGoFloat(next.max)!) next.max = value;
  }
  if (compareTimes(time, next.latestTime) >= 0) {
    next.latest = value;
    next.latestTime = time;
  }
  return next;
}

/** The summary as a Trial's status shows it. */
export function metricOf(name: string, { min = UNAVAILABLE, max = UNAVAILABLE, latest }: MetricSummary): Metric {
  return { name, min, max, latest };
}
