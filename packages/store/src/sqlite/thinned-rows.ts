import { orderAndThin } from "../observations/select-rows.ts";
import { byTime, isFineEnough, type MetricRow } from "../observations/stretch.ts";
import { mergedWindows, type SequenceWindow } from "../observations/stretch-extent.ts";
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
  const kept = new Map<string, MetricRow[]>();
  const stretched = stretchedMetrics(tables, selection, target);
  for (const metric of stretched)
    kept.set(tables.trials.metricName(metric), await stretchedRows(tables, { ...selection, metric }, target));
  if (stretched.length < wantedMetrics(selection).length) {
    const thinners = new Map<string, Thinner<MetricRow>>();
    for await (const rows of selectedRows(tables, selection))
      for (const row of rows) {
        if (kept.has(row.metric)) continue;
        const thinner = thinners.get(row.metric) ?? new Thinner<MetricRow>(target, byTime);
        thinners.set(row.metric, thinner);
        thinner.add(row);
      }
    for (const [metric, thinner] of thinners) kept.set(metric, thinner.kept());
  }
  const thinned = [...kept].flatMap(([metric, rows]) =>
    orderAndThin(
      rows.map((row) => ({ ...row, metric })),
      target,
    ),
  );
  return orderAndThin(thinned, undefined);
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
async function stretchedRows(tables: ObservationTables, selection: Selection, target: number): Promise<MetricRow[]> {
  const kept: MetricRow[] = [];
  const partly: SequenceWindow[] = [];
  const areAllInside = isWhole(selection);
  const seconds = secondsOf(selection);
  for await (const stretches of tables.stretches.read(stretchSelection(selection)))
    for (const stretch of stretches)
      if (areAllInside || stretch.isWithin(seconds)) kept.push(...stretch.kept);
      else partly.push(...stretch.windows);
  if (partly.length === 0) return kept;
  // Windows of stretches whose rows came out of order hold rows of others, too.
  const known = new Set(kept.map(({ arrival }) => arrival));
  const thinner = new Thinner<MetricRow>(target, byTime);
  for await (const rows of rowsIn(tables, selection, mergedWindows(partly)))
    for (const row of rows) if (!known.has(row.arrival)) thinner.add(row);
  return kept.concat(thinner.kept());
}
