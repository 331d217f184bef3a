import { type ObjectKey, TRIAL, type Trial } from "@qalam/api";
import {
  NotFoundError,
  type ObservationQuery,
  type ObservationRow,
  type ObservationStore,
  type ResourceStore,
} from "@qalam/store";
import type { FollowCursor } from "./follow-cursor.ts";

/** Rows of a trial. */
export interface FollowedRows {
  readonly rows: readonly ObservationRow[];
  /** Whether they came while the trial was followed. */
  readonly isNews: boolean;
  /** Where who has these rows has come to; absent where a break makes some of the next rows come again. */
  readonly cursor?: FollowCursor;
}

/** What of a trial is followed, and from where on. */
export interface FollowQuery extends ObservationQuery {
  readonly cursor?: FollowCursor;
}

/**
 * The rows of a trial: first those there are, then new ones as they come, until the trial has ended or the signal says so.
 * @throws NotFoundError when there is no such trial
 */
export async function* followObservations(
  { store, observations }: { readonly store: ResourceStore; readonly observations: ObservationStore },
  key: ObjectKey,
  query: FollowQuery,
  signal: AbortSignal,
): AsyncGenerator<FollowedRows> {
  const trial = await store.get(TRIAL, key, { shared: true });
  if (trial === undefined) throw new NotFoundError("trials.kubeflow.org", key.name);
  const uid = trial.metadata.uid ?? "";
  const news = new News(uid, query.metric);
  const unsubscribe = observations.subscribe((of, rows, end) => news.add(of, rows, end));
  const watch = store.watch(TRIAL, {
    namespace: key.namespace,
    fieldSelector: `metadata.name=${key.name}`,
    shared: true,
  });
  const stop = () => news.end();
  signal.addEventListener("abort", stop);
  const watching = (async () => {
    for await (const event of watch)
      if (event.type === "DELETED" || (event.type !== "BOOKMARK" && isOver(event.object))) return;
  })().finally(stop);
  try {
    const count = await observations.count(uid);
    news.leaveOutBefore(count);
    for await (const past of pastRows(observations, uid, query, count)) {
      if (query.downsample !== undefined) news.forget(past.rows);
      yield past;
    }
    for (let some = await news.next(); some !== undefined; some = await news.next()) yield some;
  } finally {
    signal.removeEventListener("abort", stop);
    unsubscribe();
    watch.close();
    await watching;
  }
}

/** The first `count` rows from the cursor on: what it had begun, and what has come since. */
async function* pastRows(
  observations: ObservationStore,
  uid: string,
  { cursor, ...query }: FollowQuery,
  count: number,
): AsyncGenerator<FollowedRows> {
  // A cursor beyond the rows there are is of rows that were deleted.
  const begun = cursor !== undefined && cursor.until <= count ? cursor : { from: 0, until: count, told: 0 };
  yield { rows: [], isNews: false, cursor: begun };
  if (query.downsample !== undefined && begun.from < begun.until) {
    yield { rows: await observations.query(uid, query), isNews: false, cursor: reached(count) };
    return;
  }
  const parts = begun.until < count ? [begun, { from: begun.until, until: count, told: 0 }] : [begun];
  for (const { from, until, told } of parts.filter((part) => part.from < part.until)) {
    let passed = 0;
    for await (const rows of observations.portions(uid, { ...query, from, until })) {
      const before = passed;
      passed += rows.length;
      if (passed > told) {
        const rest = rows.slice(Math.max(0, told - before));
        yield { rows: rest, isNews: false, cursor: { from, until, told: passed } };
      }
    }
    yield { rows: [], isNews: false, cursor: reached(until) };
  }
}

function reached(number: number): FollowCursor {
  return { from: number, until: number, told: 0 };
}

/** The rows there are: all of them in portions, or thinned. */
export async function* rowsThere(
  observations: ObservationStore,
  uid: string,
  query: ObservationQuery,
): AsyncGenerator<readonly ObservationRow[]> {
  if (query.downsample === undefined) yield* observations.portions(uid, query);
  else yield await observations.query(uid, query);
}

function isOver({ status }: Trial): boolean {
  return status?.completionTime != null;
}

/** Rows that came and were not handed on yet. */
class News {
  readonly #uid: string;
  readonly #metric: string | undefined;
  #batches: { rows: readonly ObservationRow[]; readonly end: number }[] = [];
  #isOver = false;
  #wake: (() => void) | undefined;

  constructor(uid: string, metric: string | undefined) {
    this.#uid = uid;
    this.#metric = metric;
  }

  /** Rows with lower numbers are read otherwise. */
  leaveOutBefore(first: number): void {
    this.#batches = this.#batches.filter(({ end }) => end > first);
  }

  /** @param end the number after that of the last row */
  add(uid: string, rows: readonly ObservationRow[], end: number): void {
    if (uid !== this.#uid) return;
    const wanted = this.#metric === undefined ? rows : rows.filter(({ metric }) => metric === this.#metric);
    if (wanted.length === 0) return;
    this.#batches.push({ rows: wanted, end });
    this.#wake?.();
  }

  /** Leaves out what was read otherwise. */
  forget(read: readonly ObservationRow[]): void {
    if (this.#batches.length === 0) return;
    const known = new Set(read.map(identity));
    for (const batch of this.#batches) batch.rows = batch.rows.filter((row) => !known.has(identity(row)));
  }

  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  /** @returns undefined when no more come */
  async next(): Promise<FollowedRows | undefined> {
    if (this.#batches.length === 0 && !this.#isOver)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    const batches = this.#batches;
    this.#batches = [];
    const last = batches.at(-1);
    if (last !== undefined)
      return { rows: batches.flatMap(({ rows }) => rows), isNews: true, cursor: reached(last.end) };
    return this.#isOver ? undefined : this.next();
  }
}

function identity({ source, sequence, metric }: ObservationRow): string {
  return JSON.stringify([source, sequence, metric]);
}
