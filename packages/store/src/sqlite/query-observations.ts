import type { ObservationQuery, ObservationRow } from "../observation-store.ts";
import { inPortions } from "../observations/in-portions.ts";
import { formatTime } from "../observations/observation-time.ts";
import { checkQuery, isWithin, orderAndThin, type TimeRange } from "../observations/select-rows.ts";
import { isFineEnough, type MetricRow } from "../observations/stretch.ts";
import { Thinner } from "../observations/thinner.ts";
import type { Database, SqlValue } from "./driver.ts";
import { textOf } from "./stored-value.ts";
import type { StretchTable } from "./stretch-table.ts";
import type { TrialCache, TrialRecord } from "./trial-cache.ts";

/** Rows read at a stretch; other work goes between. */
const SLICE = 2000;

/** Longer trials are thinned by their stretches. */
const LONG_ROWS = 20_000;

/** Trials up to so many rows are sorted in memory. */
const SORTED_ROWS = 200_000;

/** Where observations are read from. */
export interface ObservationTables {
  readonly database: Database;
  readonly trials: TrialCache;
  readonly stretches: StretchTable;
}

interface Stored extends MetricRow {
  readonly metric: string;
}

/** What of a trial is wanted. */
interface Selection {
  readonly trial: TrialRecord;
  /** All when undefined. */
  readonly metric: number | undefined;
  readonly range: TimeRange;
}

/** Undefined when there is nothing of it. @throws InvalidRequestError */
function selectionOf(
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

/** Rows of a trial by time, then arrival. Long scans are cut in slices, so that they hold nobody up. */
export async function queryObservations(
  tables: ObservationTables,
  trialUid: string,
  options: ObservationQuery,
): Promise<ObservationRow[]> {
  const selection = selectionOf(tables, trialUid, options);
  if (selection === undefined) return [];
  const { downsample } = options;
  const rows =
    downsample === undefined ? await allRows(tables, selection) : await thinnedRows(tables, selection, downsample);
  const sources = sourceNames(selection.trial);
  return rows.map((row) => observationRow(row, sources));
}

/** Rows of a trial in portions: see ObservationStore. */
export async function* observationPortions(
  tables: ObservationTables,
  trialUid: string,
  options: ObservationQuery,
): AsyncGenerator<readonly ObservationRow[]> {
  const selection = selectionOf(tables, trialUid, options);
  if (selection === undefined) return;
  const { rows: limit } = selection.trial;
  if (limit <= SORTED_ROWS) return yield* inPortions(await queryObservations(tables, trialUid, options));
  const sources = sourceNames(selection.trial);
  for await (const slice of slices(tables, selection)) {
    const there = slice.filter(({ arrival }) => arrival < limit);
    yield* inPortions(there.map((row) => observationRow(row, sources)));
  }
}

async function allRows(tables: ObservationTables, selection: Selection): Promise<Stored[]> {
  const rows: Stored[] = [];
  for await (const slice of slices(tables, selection)) for (const row of slice) rows.push(row);
  return orderAndThin(rows, undefined);
}

/** Memory stays bounded however many rows there are. Trials of very many rows are not read but for their stretches, where those are fine enough. */
async function thinnedRows(tables: ObservationTables, selection: Selection, downsample: number): Promise<Stored[]> {
  const { trial } = selection;
  const rows: Stored[] = [];
  const add = (metric: string, own: readonly MetricRow[]): void => {
    for (const row of orderAndThin(withMetric(metric, own), downsample)) rows.push(row);
  };
  const stretched = new Set<string>();
  for (const metric of stretchedMetrics(tables, selection, downsample)) {
    const name = tables.trials.metricName(metric);
    stretched.add(name);
    const own: MetricRow[] = [];
    for await (const kept of tables.stretches.kept(trial.id, metric)) for (const row of kept) own.push(row);
    add(name, own);
  }
  if (stretched.size < (selection.metric === undefined ? trial.summaries.size : 1)) {
    const thinners = new Map<string, Thinner>();
    for await (const slice of slices(tables, selection))
      for (const row of slice) if (!stretched.has(row.metric)) thinnerOf(thinners, row.metric, downsample).add(row);
    for (const [metric, thinner] of thinners) add(metric, thinner.kept());
  }
  return orderAndThin(rows, undefined);
}

function thinnerOf(thinners: Map<string, Thinner>, metric: string, target: number): Thinner {
  const known = thinners.get(metric) ?? new Thinner(target);
  thinners.set(metric, known);
  return known;
}

function withMetric(metric: string, rows: readonly MetricRow[]): Stored[] {
  return rows.map((row) => ({ ...row, metric }));
}

/** The metrics whose stretches are fine enough. */
function stretchedMetrics(
  { stretches }: ObservationTables,
  { trial, metric, range }: Selection,
  downsample: number,
): number[] {
  const isWhole = range.start === undefined && range.end === undefined;
  if (!isWhole || trial.rows <= LONG_ROWS || stretches.rows(trial.id) !== trial.rows) return [];
  const metrics = metric === undefined ? [...trial.summaries.keys()] : [metric];
  return metrics.filter((one) => isFineEnough(stretches.newest(trial.id, one).number, downsample));
}

/** Selected rows in the order of their keys. */
async function* slices(
  { database, trials }: ObservationTables,
  { trial, metric, range }: Selection,
): AsyncGenerator<Stored[]> {
  const conditions: string[] = [];
  const bounds: number[] = [];
  const add = (condition: string, bound: number | undefined): void => {
    if (bound === undefined) return;
    conditions.push(`and ${condition}`);
    bounds.push(bound);
  };
  add("metric = ?", metric);
  add("second >= ?", range.start?.second);
  add("second <= ?", range.end?.second);
  const statement = database.prepare(
    `select source, sequence, metric, second, fraction, value, step, arrival from observations
     where trial = ? and (source, sequence, metric) > (?, ?, ?) ${conditions.join(" ")}
     order by source, sequence, metric limit ${SLICE}`,
  );
  let after: number[] = [-1, 0, 0];
  for (;;) {
    const slice = statement.all(trial.id, ...after, ...bounds);
    yield slice.map((row) => storedRow(row, trials)).filter((row) => isWithin(row, range));
    if (slice.length < SLICE) return;
    const { source, sequence, metric: last } = slice.at(-1)!;
    after = [Number(source), Number(sequence), Number(last)];
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function sourceNames({ sources }: TrialRecord): ReadonlyMap<number, string> {
  return new Map([...sources].map(([name, id]) => [id, name]));
}

function storedRow(row: Record<string, SqlValue>, trials: TrialCache): Stored {
  return {
    source: row.source as number,
    sequence: row.sequence as number,
    metric: trials.metricName(row.metric as number),
    second: row.second as number,
    fraction: row.fraction as number,
    value: textOf(row.value!),
    step: row.step === null ? null : Number(textOf(row.step!)),
    arrival: row.arrival as number,
  };
}

function observationRow(row: Stored, sources: ReadonlyMap<number, string>): ObservationRow {
  const { metric, value, source, sequence, step } = row;
  const common = { metric, value, time: formatTime(row), source: sources.get(source)!, sequence };
  return step === null ? common : { ...common, step };
}
