import type { Metric } from "@qalam/api";
import { ClosedError } from "../errors.ts";
import type {
  ObservationListener,
  ObservationQuery,
  ObservationRow,
  ObservationStore,
  PortionQuery,
} from "../observation-store.ts";
import { checkRows } from "../observations/check-row.ts";
import { inPortions } from "../observations/in-portions.ts";
import { addToSummary, type MetricSummary, metricOf } from "../observations/metric-summary.ts";
import { ObservationListeners } from "../observations/observation-listeners.ts";
import { formatTime, type ObservationTime } from "../observations/observation-time.ts";
import { checkQuery, isWithin, orderAndThin, type Selectable } from "../observations/select-rows.ts";

interface Kept extends Selectable {
  readonly row: ObservationRow;
}

class TrialRows {
  readonly rows: Kept[] = [];
  /** The sequences there are, by source and metric. */
  readonly known = new Map<string, Set<number>>();
  readonly summaries = new Map<string, MetricSummary>();
  readonly lastSequences = new Map<string, number>();

  add(row: ObservationRow, time: ObservationTime): boolean {
    const { metric, source, sequence, value } = row;
    const series = `${source}\u0000${metric}`; // names hold no NUL
    const known = this.known.get(series) ?? new Set();
    if (known.has(sequence)) return false;
    this.known.set(series, known.add(sequence));
    this.rows.push({ ...time, metric, value, arrival: this.rows.length, row: { ...row } });
    this.lastSequences.set(source, Math.max(sequence, this.lastSequences.get(source) ?? sequence));
    this.summaries.set(metric, addToSummary(this.summaries.get(metric), value, time));
    return true;
  }
}

/** An ObservationStore in memory. */
export class MemoryObservationStore implements ObservationStore {
  readonly #trials = new Map<string, TrialRows>();
  readonly #listeners = new ObservationListeners();
  #closed = false;

  async append(trialUid: string, rows: readonly ObservationRow[]): Promise<number> {
    this.#checkOpen();
    const times = checkRows(rows);
    if (rows.length === 0) return 0;
    const trial = this.#trials.get(trialUid) ?? new TrialRows();
    this.#trials.set(trialUid, trial);
    const added = rows.filter((row, index) => trial.add(row, times[index]!));
    this.#listeners.tell(trialUid, added, trial.rows.length);
    return added.length;
  }

  async query(trialUid: string, options: ObservationQuery = {}): Promise<ObservationRow[]> {
    return this.#select(trialUid, options);
  }

  async *portions(trialUid: string, options: PortionQuery = {}): AsyncGenerator<readonly ObservationRow[]> {
    yield* inPortions(this.#select(trialUid, options));
  }

  async count(trialUid: string): Promise<number> {
    this.#checkOpen();
    return this.#trials.get(trialUid)?.rows.length ?? 0;
  }

  #select(trialUid: string, options: ObservationQuery & PortionQuery): ObservationRow[] {
    this.#checkOpen();
    const range = checkQuery(options);
    const { metric, downsample, from, until } = options;
    const rows = (this.#trials.get(trialUid)?.rows ?? [])
      .slice(from, until)
      .filter((row) => (metric === undefined || row.metric === metric) && isWithin(row, range));
    return orderAndThin(rows, downsample).map((kept) => ({ ...kept.row, time: formatTime(kept) }));
  }

  async summarize(trialUid: string): Promise<Metric[]> {
    this.#checkOpen();
    return [...(this.#trials.get(trialUid)?.summaries ?? [])].map(([name, summary]) => metricOf(name, summary));
  }

  async lastSequence(trialUid: string, source: string): Promise<number | undefined> {
    this.#checkOpen();
    return this.#trials.get(trialUid)?.lastSequences.get(source);
  }

  async delete(trialUid: string): Promise<void> {
    this.#checkOpen();
    this.#trials.delete(trialUid);
  }

  subscribe(listener: ObservationListener): () => void {
    return this.#listeners.subscribe(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
  }

  #checkOpen(): void {
    if (this.#closed) throw new ClosedError();
  }
}
