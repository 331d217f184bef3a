import type { Metric } from "@qalam/api";
import { downsample } from "../downsample.ts";
import { InvalidRequestError } from "../errors.ts";
import type { ObservationQuery, ObservationRow, ObservationStore } from "../observation-store.ts";
import { addToSummary, emptySummary, type MetricSummary, metricOf, timeKey } from "../observation-summary.ts";

interface TrialRows {
  readonly rows: { readonly row: ObservationRow; readonly key: string }[];
  readonly known: Set<string>;
  readonly summaries: Map<string, MetricSummary>;
  readonly last: Map<string, number>;
}

/** An ObservationStore in memory. */
export class MemoryObservationStore implements ObservationStore {
  readonly #trials = new Map<string, TrialRows>();
  readonly #listeners = new Set<(trialUid: string, rows: readonly ObservationRow[]) => void>();

  async append(trialUid: string, rows: readonly ObservationRow[]): Promise<number> {
    const keys = rows.map(checkedTime);
    const trial = this.#trials.get(trialUid) ?? { rows: [], known: new Set(), summaries: new Map(), last: new Map() };
    this.#trials.set(trialUid, trial);
    const added = rows.filter((row, i) => addRow(trial, row, keys[i] ?? ""));
    if (added.length > 0) for (const listener of this.#listeners) listener(trialUid, added);
    return added.length;
  }

  async query(
    trialUid: string,
    { metric, start, end, downsample: target }: ObservationQuery = {},
  ): Promise<ObservationRow[]> {
    const from = start === undefined ? "" : timeKey(start);
    const to = end === undefined ? "~" : timeKey(end);
    const rows = (this.#trials.get(trialUid)?.rows ?? [])
      .filter(({ row, key }) => (metric === undefined || row.metric === metric) && key >= from && key <= to)
      .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
      .map(({ row }) => row);
    return target === undefined ? rows : downsample(rows, target);
  }

  async summarize(trialUid: string): Promise<Metric[]> {
    return [...(this.#trials.get(trialUid)?.summaries ?? [])].map(([name, summary]) => metricOf(name, summary));
  }

  async lastSequence(trialUid: string, source: string): Promise<number | undefined> {
    return this.#trials.get(trialUid)?.last.get(source);
  }

  async delete(trialUid: string): Promise<void> {
    this.#trials.delete(trialUid);
  }

  subscribe(listener: (trialUid: string, rows: readonly ObservationRow[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }
}

/** @throws InvalidRequestError for a row whose time is none */
export function checkedTime({ metric, time }: ObservationRow): string {
  try {
    return timeKey(time);
  } catch (error) {
    throw new InvalidRequestError(`metric ${metric}: ${(error as Error).message}`);
  }
}

function addRow(trial: TrialRows, row: ObservationRow, key: string): boolean {
  const identity = `${row.source}\u0000${row.sequence}\u0000${row.metric}`;
  if (trial.known.has(identity)) return false;
  trial.known.add(identity);
  trial.rows.push({ row, key });
  trial.last.set(row.source, Math.max(row.sequence, trial.last.get(row.source) ?? -1));
  const summary = trial.summaries.get(row.metric) ?? emptySummary();
  trial.summaries.set(row.metric, summary);
  addToSummary(summary, row.value, key);
  return true;
}
