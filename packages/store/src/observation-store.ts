import type { Metric } from "@qalam/api";

/**
 * The metric rows of all trials, keyed by trial uid, so that equal names in two namespaces never mix. Promises are checked by
 * `describeObservationStore` in `@qalam/testing`.
 */
export interface ObservationStore {
  /**
   * Adds rows. Idempotent: a row whose (trial, source, sequence, metric) is known is ignored, so a log may be read again from any point
   * after a crash. Acknowledged rows survive `kill -9`. Appends of one tick may share one transaction.
   * @returns how many rows were new
   */
  append(trialUid: string, rows: readonly ObservationRow[]): Promise<number>;

  /** Rows by time, then in order of arrival. */
  query(trialUid: string, options?: ObservationQuery): Promise<ObservationRow[]>;

  /**
   * All rows that a query selects, some thousands at a time: memory stays bounded however many there are. By time, then arrival, as far as a trial has no more than
   * 200,000 rows; those of a longer one source by source, by sequence. Rows that come meanwhile are left out. With an `until` the same rows come in the same order
   * however often it is asked.
   */
  portions(trialUid: string, options?: PortionQuery): AsyncIterable<readonly ObservationRow[]>;

  /** How many rows of a trial are stored. Rows are numbered from 0 in order of arrival, so the next one gets this number. */
  count(trialUid: string): Promise<number>;

  /**
   * min, max and latest per metric, as Katib behaviour 3.4 defines them: values keep their text, only those that parse as Go floats take
   * part in min and max, latest is the last row of the greatest time. A metric without rows is absent. O(metrics), not O(rows).
   */
  summarize(trialUid: string): Promise<Metric[]>;

  /** The greatest sequence stored of a source, to resume reading from; undefined when there is none. */
  lastSequence(trialUid: string, source: string): Promise<number | undefined>;

  /** Deletes all rows of a trial; none is fine. They are gone for every reader at once; the space they took is freed in the background, as other work allows. */
  delete(trialUid: string): Promise<void>;

  /** Calls back after rows became durable, once per append, new rows only. @returns a function that ends it */
  subscribe(listener: ObservationListener): () => void;

  close(): Promise<void>;
}

/** Is told new rows of a trial. @param end the number after that of the last of them; theirs follow one another */
export type ObservationListener = (trialUid: string, rows: readonly ObservationRow[], end: number) => void;

/** One reported value of one metric. */
export interface ObservationRow {
  readonly metric: string;
  /** As reported. */
  readonly value: string;
  /** RFC 3339, UTC, up to nanoseconds. */
  readonly time: string;
  /** Step or epoch when known; otherwise rules count reports. */
  readonly step?: number;
  /** Who reported: e.g. `<pod uid>/<container>/<restart>` for a log, `push` for a push. */
  readonly source: string;
  /** Position within the source: e.g. the byte offset of the value in the log. Unique per (source, metric). */
  readonly sequence: number;
}

export interface ObservationQuery {
  readonly metric?: string;
  /** Inclusive bounds, RFC 3339. */
  readonly start?: string;
  readonly end?: string;
  /** Keeps at most about this many rows per metric: exact extremes, first and last are kept. */
  readonly downsample?: number;
}

export interface PortionQuery extends Omit<ObservationQuery, "downsample"> {
  /** The first row's number in order of arrival. @default 0 */
  readonly from?: number;
  /** The number after that of the last row. @default as many as there are */
  readonly until?: number;
}
