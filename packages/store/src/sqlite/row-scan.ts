import { isWithin } from "../observations/select-rows.ts";
import { mergedWindows, type SequenceWindow } from "../observations/stretch-extent.ts";
import type { SqlValue } from "./driver.ts";
import { isWhole, type NamedRow, type ObservationTables, type Selection, secondsOf } from "./observation-selection.ts";
import { textOf } from "./stored-value.ts";
import type { TrialCache } from "./trial-cache.ts";

/** Rows read at a stretch; other work goes between. */
const SLICE = 2000;

/** Trials with fewer rows are read as fast as their stretches. */
export const LONG_ROWS = 20_000;

/** Selected rows by source, then sequence, then metric: of a part by time of a long trial, only where its stretches say there are some. */
export async function* selectedRows(tables: ObservationTables, selection: Selection): AsyncGenerator<NamedRow[]> {
  const windows = isFoundByTime(tables, selection) ? await windowsOf(tables, selection) : wholeTrial(selection);
  yield* rowsIn(tables, selection, windows);
}

/** Whether a part by time can be found without reading all rows. */
export function isFoundByTime({ stretches }: ObservationTables, selection: Selection): boolean {
  const { trial } = selection;
  if (isWhole(selection) || trial.rows <= LONG_ROWS) return false;
  const { rows, arePlaced } = stretches.coverage(trial.id);
  return arePlaced && rows === trial.rows;
}

async function windowsOf({ stretches }: ObservationTables, selection: Selection): Promise<SequenceWindow[]> {
  const windows: SequenceWindow[] = [];
  const { trial, metric } = selection;
  for await (const some of stretches.read({ trial: trial.id, metric, seconds: secondsOf(selection) }))
    windows.push(...mergedWindows(some.flatMap((stretch) => stretch.windows)));
  return mergedWindows(windows);
}

function wholeTrial({ trial }: Selection): SequenceWindow[] {
  return [...trial.sources.values()]
    .sort((a, b) => a - b)
    .map((source) => ({ source, from: Number.MIN_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER }));
}

/** Selected rows that are in windows, in portions. */
export async function* rowsIn(
  { database, trials }: ObservationTables,
  selection: Selection,
  windows: readonly SequenceWindow[],
): AsyncGenerator<NamedRow[]> {
  const { trial, metric, range } = selection;
  const { since, until } = secondsOf(selection);
  const statement = database.prepare(
    `select source, sequence, metric, second, fraction, value, step, arrival from observations
     where trial = ? and source = ? and (sequence, metric) > (?, ?) and sequence <= ? and second between ? and ? ${metric === undefined ? "" : "and metric = ?"}
     order by sequence, metric limit ${SLICE}`,
  );
  const bounds = metric === undefined ? [since, until] : [since, until, metric];
  for (const { source, from, to } of windows) {
    let after = [from, -1];
    for (;;) {
      const slice = statement.all(trial.id, source, ...after, to, ...bounds);
      yield slice.map((row) => namedRow(row, trials)).filter((row) => isWithin(row, range));
      await new Promise((resolve) => setImmediate(resolve));
      if (slice.length < SLICE) break;
      const last = slice.at(-1)!;
      after = [Number(last.sequence), Number(last.metric)];
    }
  }
}

function namedRow(row: Record<string, SqlValue>, trials: TrialCache): NamedRow {
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
