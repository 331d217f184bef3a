import type { ObservationQuery, ObservationRow } from "../observation-store.ts";
import { formatTime } from "../observations/observation-time.ts";
import { checkQuery, isWithin, orderAndThin, type Selectable, type TimeRange } from "../observations/select-rows.ts";
import type { Database, SqlValue } from "./driver.ts";
import { textOf } from "./stored-value.ts";
import type { TrialCache, TrialRecord } from "./trial-cache.ts";

/** Rows read at a stretch; other work goes between. */
const SLICE = 20_000;

interface Stored extends Selectable {
  readonly source: number;
  readonly sequence: number;
  readonly step: number | null;
}

/** Rows of a trial by time, then arrival. Long scans are cut in slices, so that they hold nobody up. */
export async function queryObservations(
  database: Database,
  trials: TrialCache,
  trialUid: string,
  options: ObservationQuery,
): Promise<ObservationRow[]> {
  const range = checkQuery(options);
  const trial = trials.find(trialUid);
  const metric = options.metric === undefined ? undefined : trials.findMetric(options.metric);
  if (trial === undefined || (options.metric !== undefined && metric === undefined)) return [];
  const sources = new Map([...trial.sources].map(([name, id]) => [id, name]));
  const rows: Stored[] = [];
  for await (const slice of slices(database, trial, metric, range)) {
    for (const row of slice) {
      const stored = storedRow(row, trials);
      if (isWithin(stored, range)) rows.push(stored);
    }
  }
  return orderAndThin(rows, options.downsample).map((row) => observationRow(row, sources));
}

async function* slices(
  database: Database,
  trial: TrialRecord,
  metric: number | undefined,
  range: TimeRange,
): AsyncGenerator<Record<string, SqlValue>[]> {
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
    yield slice;
    if (slice.length < SLICE) return;
    const { source, sequence, metric: last } = slice.at(-1)!;
    after = [Number(source), Number(sequence), Number(last)];
    await new Promise((resolve) => setImmediate(resolve));
  }
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
