import { type Metric, type ObjectKey, TRIAL } from "@qalam/api";
import type { Backoff } from "./backoff.ts";
import type { Connection } from "./connection.ts";
import { reconnecting } from "./reconnecting.ts";
import { objectPath } from "./resource-path.ts";

/** One reported value of one metric. */
export interface ObservationRow {
  readonly metric: string;
  /** As reported. */
  readonly value: string;
  /** RFC 3339. */
  readonly time: string;
  readonly step?: number;
  /** Who reported it. */
  readonly source: string;
  /** Position within the source, unique per source and metric. */
  readonly sequence: number;
}

export interface ObservationQuery {
  /** All by default. */
  readonly metric?: string;
  /** Inclusive bounds, RFC 3339. */
  readonly start?: string;
  readonly end?: string;
  /** Keeps about this many rows of each metric: extremes, first and last are exact. */
  readonly downsample?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Observations {
  /** Smallest, largest and latest value of each metric. */
  readonly metrics: Metric[];
  readonly rows: ObservationRow[];
}

export function trialObservations(
  connection: Connection,
  trial: ObjectKey,
  { signal, ...query }: ObservationQuery,
): Promise<Observations> {
  return connection.json({ path: objectPath(TRIAL, trial, "observations"), query: { ...query }, signal });
}

export async function* streamTrialObservations(
  connection: Connection,
  trial: ObjectKey,
  { signal, ...query }: ObservationQuery,
): AsyncGenerator<ObservationRow[]> {
  const path = objectPath(TRIAL, trial, "observations");
  const lines = connection.jsonLines<{ rows: ObservationRow[] }>({ path, query: { ...query, stream: true }, signal });
  for await (const { rows } of lines) yield rows;
}

/** When and at which step values were measured; now and no step by default. */
export interface ReportOptions {
  /** RFC 3339. */
  readonly time?: string;
  readonly step?: number;
  readonly signal?: AbortSignal | undefined;
}

export async function reportTrialObservations(
  connection: Connection,
  trial: ObjectKey,
  metrics: Readonly<Record<string, number | string>>,
  { signal, ...moment }: ReportOptions,
): Promise<number> {
  const path = objectPath(TRIAL, trial, "observations");
  const { added } = await connection.json<{ added: number }>({
    method: "POST",
    path,
    body: { metrics, ...moment },
    signal,
  });
  return added;
}

/** The rows there are and then those that come, until the trial has ended. Rows that were told are not told again when the connection breaks. */
export async function* followTrialObservations(
  connection: Connection,
  trial: ObjectKey,
  { signal, ...query }: ObservationQuery,
  backoff: Backoff,
): AsyncGenerator<ObservationRow[]> {
  const path = objectPath(TRIAL, trial, "observations");
  /** Where the next connection goes on, and the rows that came after it. */
  let cursor: string | undefined;
  const told = new Set<string>();
  const open = () =>
    connection.jsonLines<{ rows: ObservationRow[]; cursor?: string }>({
      path,
      query: { ...query, watch: true, cursor },
      signal,
    });
  for await (const line of reconnecting(connection, open, { backoff, signal, endsWithAnswer: true })) {
    const news = line.rows.filter((row) => !told.has(identity(row)));
    for (const row of news) told.add(identity(row));
    if (line.cursor !== undefined && line.cursor !== cursor) {
      cursor = line.cursor;
      told.clear();
    }
    if (news.length > 0) yield news;
  }
}

function identity({ source, sequence, metric }: ObservationRow): string {
  return JSON.stringify([source, sequence, metric]);
}
