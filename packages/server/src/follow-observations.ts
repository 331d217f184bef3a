import { type ObjectKey, TRIAL, type Trial } from "@qalam/api";
import {
  NotFoundError,
  type ObservationQuery,
  type ObservationRow,
  type ObservationStore,
  type ResourceStore,
} from "@qalam/store";

/** Rows of a trial. */
export interface FollowedRows {
  readonly rows: readonly ObservationRow[];
  /** Whether they came while the trial was followed. */
  readonly isNews: boolean;
}

/**
 * The rows of a trial: first those there are, then new ones as they come, until the trial has ended or the signal says so.
 * @throws NotFoundError when there is no such trial
 */
export async function* followObservations(
  { store, observations }: { readonly store: ResourceStore; readonly observations: ObservationStore },
  key: ObjectKey,
  query: ObservationQuery,
  signal: AbortSignal,
): AsyncGenerator<FollowedRows> {
  const trial = await store.get(TRIAL, key, { shared: true });
  if (trial === undefined) throw new NotFoundError("trials.kubeflow.org", key.name);
  const news = new News(trial, query.metric);
  const unsubscribe = observations.subscribe((uid, rows) => news.add(uid, rows));
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
    yield { rows: [], isNews: false };
    for await (const rows of rowsThere(observations, trial.metadata.uid ?? "", query)) {
      news.forget(rows);
      yield { rows, isNews: false };
    }
    for (let rows = await news.next(); rows !== undefined; rows = await news.next()) yield { rows, isNews: true };
  } finally {
    signal.removeEventListener("abort", stop);
    unsubscribe();
    watch.close();
    await watching;
  }
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
  #rows: ObservationRow[] = [];
  #isOver = false;
  #wake: (() => void) | undefined;

  constructor({ metadata }: Trial, metric: string | undefined) {
    this.#uid = metadata.uid ?? "";
    this.#metric = metric;
  }

  add(uid: string, rows: readonly ObservationRow[]): void {
    if (uid !== this.#uid) return;
    for (const row of rows) if (this.#metric === undefined || row.metric === this.#metric) this.#rows.push(row);
    this.#wake?.();
  }

  /** Leaves out what was read otherwise. */
  forget(read: readonly ObservationRow[]): void {
    if (this.#rows.length === 0) return;
    const known = new Set(read.map(identity));
    this.#rows = this.#rows.filter((row) => !known.has(identity(row)));
  }

  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  /** @returns undefined when no more come */
  async next(): Promise<readonly ObservationRow[] | undefined> {
    if (this.#rows.length === 0 && !this.#isOver)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    const rows = this.#rows;
    this.#rows = [];
    return rows.length > 0 ? rows : this.#isOver ? undefined : this.next();
  }
}

function identity({ source, sequence, metric }: ObservationRow): string {
  return JSON.stringify([source, sequence, metric]);
}
