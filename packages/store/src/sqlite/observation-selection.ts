import type { ObservationQuery } from "../observation-store.ts";
import { checkQuery, type TimeRange } from "../observations/select-rows.ts";
import type { MetricRow } from "../observations/stretch.ts";
import type { Database } from "./driver.ts";
import type { StretchTable } from "./stretch-table.ts";
import type { TrialCache, TrialRecord } from "./trial-cache.ts";

/** Where observations are read from. */
export interface ObservationTables {
  readonly database: Database;
  readonly trials: TrialCache;
  readonly stretches: StretchTable;
}

/** A row with the name of its metric. */
export interface NamedRow extends MetricRow {
  readonly metric: string;
}

/** What of a trial is wanted. */
export interface Selection {
  readonly trial: TrialRecord;
  /** All when undefined. */
  readonly metric: number | undefined;
  readonly range: TimeRange;
}

/** Undefined when there is nothing of it. @throws InvalidRequestError */
export function selectionOf(
  { trials }: ObservationTables,
  trialUid: string,
  options: ObservationQuery,
): Selection | undefined {
  const range = checkQuery(options);
  const trial = trials.find(trialUid);
  const metric = options.metric === undefined ? undefined : trials.findMetric(options.metric);
  if (trial === undefined || (options.metric !== undefined && metric === undefined)) return undefined;
  return { trial, metric, range };
}

/** Whether all rows are wanted, whenever they came. */
export function isWhole({ range: { start, end } }: Selection): boolean {
  return start === undefined && end === undefined;
}

/** The seconds a selection touches. */
export function secondsOf({ range: { start, end } }: Selection): { since: number; until: number } {
  return { since: start?.second ?? Number.MIN_SAFE_INTEGER, until: end?.second ?? Number.MAX_SAFE_INTEGER };
}
