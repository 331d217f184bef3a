import { InvalidRequestError } from "../errors.ts";
import type { ObservationRow } from "../observation-store.ts";
import { type ObservationTime, parseTime } from "./observation-time.ts";

/** The time of every row. @throws InvalidRequestError for the first row that cannot be stored */
export function checkRows(rows: readonly ObservationRow[]): ObservationTime[] {
  return rows.map((row, index) => {
    const where = `row ${index} (metric ${JSON.stringify(row.metric)})`;
    if (row.metric.includes("\u0000") || row.source.includes("\u0000")) {
      throw new InvalidRequestError(`${where}: a name of a metric or source cannot hold a NUL`);
    }
    if (row.metric === "") throw new InvalidRequestError(`row ${index}: the metric has no name`);
    if (!Number.isSafeInteger(row.sequence)) {
      throw new InvalidRequestError(`${where}: sequence is ${row.sequence}, expected a whole number`);
    }
    if (row.step !== undefined && !Number.isFinite(row.step)) {
      throw new InvalidRequestError(`${where}: step is ${row.step}, expected a number`);
    }
    return parseTime(row.time, where);
  });
}
