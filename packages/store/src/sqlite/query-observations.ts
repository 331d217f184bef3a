import type { ObservationQuery, ObservationRow, PortionQuery } from "../observation-store.ts";
import { inPortions } from "../observations/in-portions.ts";
import { formatTime } from "../observations/observation-time.ts";
import { orderAndThin } from "../observations/select-rows.ts";
import { type NamedRow, type ObservationTables, type Selection, selectionOf } from "./observation-selection.ts";
import { selectedRows } from "./row-scan.ts";
import { thinnedRows } from "./thinned-rows.ts";
import type { TrialRecord } from "./trial-cache.ts";

/** Trials up to so many rows are sorted in memory. */
const SORTED_ROWS = 200_000;

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
  options: PortionQuery,
): AsyncGenerator<readonly ObservationRow[]> {
  const selection = selectionOf(tables, trialUid, options);
  if (selection === undefined) return;
  const { from = 0, until = selection.trial.rows } = options;
  const isThere = ({ arrival }: NamedRow): boolean => arrival >= from && arrival < until;
  const sources = sourceNames(selection.trial);
  const slices = until <= SORTED_ROWS ? [await allRows(tables, selection)] : selectedRows(tables, selection);
  for await (const slice of slices) yield* inPortions(slice.filter(isThere).map((row) => observationRow(row, sources)));
}

async function allRows(tables: ObservationTables, selection: Selection): Promise<NamedRow[]> {
  const rows: NamedRow[] = [];
  for await (const slice of selectedRows(tables, selection)) for (const row of slice) rows.push(row);
  return orderAndThin(rows, undefined);
}

function sourceNames({ sources }: TrialRecord): ReadonlyMap<number, string> {
  return new Map([...sources].map(([name, id]) => [id, name]));
}

function observationRow(row: NamedRow, sources: ReadonlyMap<number, string>): ObservationRow {
  const { metric, value, source, sequence, step } = row;
  const common = { metric, value, time: formatTime(row), source: sources.get(source)!, sequence };
  return step === null ? common : { ...common, step };
}
