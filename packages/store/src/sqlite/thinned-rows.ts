import { orderAndThin } from "../observations/select-rows.ts";
import { byTime, isFineEnough, type MetricRow } from "../observations/stretch.ts";
import { mergedWindows, type SequenceWindow, type StretchExtent } from "../observations/stretch-extent.ts";
import { Thinner } from "../observations/thinner.ts";
import { isWhole, type NamedRow, type ObservationTables, type Selection, secondsOf } from "./observation-selection.ts";
import { isFoundByTime, LONG_ROWS, rowsIn, selectedRows } from "./row-scan.ts";
import type { StretchSelection } from "./stretch-table.ts";

/**
 * Selected rows thinned to about `target` of each metric. Memory stays bounded however many there are, and of a long trial the stretches are read instead of the
 * rows, where those are fine enough; at the ends of a part by time, the rows.
 */
export async function thinnedRows(
  tables: ObservationTables,
  selection: Selection,
  target: number,
): Promise<NamedRow[]> {
  const thinners = new Map<string, Thinner<MetricRow>>();
  const thinnerOf = (metric: string): Thinner<MetricRow> => {
    const known = thinners.get(metric) ?? new Thinner<MetricRow>(target, byTime);
    thinners.set(metric, known);
    return known;
  };
  const stretched = stretchedMetrics(tables, selection, target);
  for (const metric of stretched)
    await readStretches(tables, { ...selection, metric }, thinnerOf(tables.trials.metricName(metric)));
  const names = new Set([...stretched].map((metric) => tables.trials.metricName(metric)));
  if (stretched.length < wantedMetrics(selection).length)
    for await (const rows of selectedRows(tables, selection))
      for (const row of rows) if (!names.has(row.metric)) thinnerOf(row.metric).add(row);
  const kept = [...thinners].flatMap(([metric, thinner]) => thinner.kept().map((row) => ({ ...row, metric })));
  return orderAndThin(kept, target);
}

function wantedMetrics({ trial, metric }: Selection): number[] {
  return metric === undefined ? [...trial.summaries.keys()] : [metric];
}

/** The metrics whose stretches are fine enough. */
function stretchedMetrics(tables: ObservationTables, selection: Selection, target: number): number[] {
  const { stretches } = tables;
  const { trial } = selection;
  const isThere = isWhole(selection)
    ? trial.rows > LONG_ROWS && stretches.coverage(trial.id).rows === trial.rows
    : isFoundByTime(tables, selection);
  if (!isThere) return [];
  return wantedMetrics(selection).filter((metric) => {
    const { count, newest } = stretches.count(stretchSelection({ ...selection, metric }));
    return isFineEnough(count, newest, target);
  });
}

function stretchSelection(selection: Selection): StretchSelection {
  const { trial, metric } = selection;
  return { trial: trial.id, metric, seconds: isWhole(selection) ? undefined : secondsOf(selection) };
}

/** What stretches keep of one metric, and the rows themselves of those that are only partly selected. */
async function readStretches(
  tables: ObservationTables,
  selection: Selection,
  thinner: Thinner<MetricRow>,
): Promise<void> {
  const partly: SequenceWindow[] = [];
  const known = new Set<number>();
  const add = (row: MetricRow): void => {
    if (known.has(row.arrival)) return;
    known.add(row.arrival);
    thinner.add(row);
  };
  for await (const stretches of tables.stretches.read(stretchSelection(selection)))
    for (const { stretch, extent } of stretches)
      if (isInside(extent, selection)) stretch.kept.forEach(add);
      else partly.push(...(extent?.windows ?? []));
  for await (const rows of rowsIn(tables, selection, mergedWindows(partly))) rows.forEach(add);
}

function isInside(extent: StretchExtent | undefined, selection: Selection): boolean {
  if (isWhole(selection)) return true;
  const { since, until } = secondsOf(selection);
  return extent !== undefined && extent.since > since && extent.until < until;
}
