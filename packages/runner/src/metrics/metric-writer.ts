import type { CollectedRow } from "@qalam/collectors";
import type { Clock } from "@qalam/runtime";
import { ClosedError, InvalidRequestError, type ObservationRow, type ObservationStore } from "@qalam/store";

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 10_000;

export interface MetricWriterOptions {
  readonly observations: ObservationStore;
  readonly trialUid: string;
  /** Time of arrival in milliseconds, never going back. */
  readonly arrival: () => number;
  readonly clock: Clock;
  readonly onError: (error: Error) => void;
}

/** Stores what was collected of one run. What cannot be stored (a full disk) is tried again, and nothing more is read until it is stored. */
export class MetricWriter {
  readonly #options: MetricWriterOptions;
  readonly #waits = new Set<() => void>();
  #isReleased = false;

  constructor(options: MetricWriterOptions) {
    this.#options = options;
  }

  /** The greatest sequence stored of a source. */
  lastSequence(source: string): Promise<number | undefined> {
    return this.#options.observations.lastSequence(this.#options.trialUid, source);
  }

  /** The latest value stored of each metric. */
  async latestValues(): Promise<Record<string, string>> {
    const metrics = await this.#options.observations.summarize(this.#options.trialUid);
    return Object.fromEntries(metrics.map(({ name, latest }) => [name, latest ?? ""]));
  }

  /** Resolves when the rows are durable. @param source names where they come from, so that reading it again adds nothing twice */
  async store(collected: readonly CollectedRow[], source: string): Promise<void> {
    if (collected.length === 0) return;
    const { arrival, onError } = this.#options;
    const time = new Date(arrival()).toISOString();
    const rows = collected.map((row) => ({ ...row, time: row.time ?? time, source }));
    for (let wait = FIRST_RETRY_MS; !this.#isReleased; wait = Math.min(2 * wait, LONGEST_RETRY_MS)) {
      try {
        return await this.#append(rows);
      } catch (error) {
        if (error instanceof ClosedError) return;
        onError(error as Error);
      }
      await this.#pause(wait);
    }
  }

  /** Stops trying: the next server reads everything again. */
  release(): void {
    this.#isReleased = true;
    for (const giveUp of this.#waits) giveUp();
  }

  /** A row that can never be stored costs itself, not those beside it. */
  async #append(rows: readonly ObservationRow[]): Promise<void> {
    const { observations, trialUid, onError } = this.#options;
    try {
      await observations.append(trialUid, rows);
    } catch (error) {
      if (!(error instanceof InvalidRequestError)) throw error;
      if (rows.length === 1) onError(error);
      else for (const row of rows) await this.#append([row]);
    }
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        this.#waits.delete(end);
        resolve();
      };
      const cancel = this.#options.clock.after(milliseconds, end);
      this.#waits.add(end);
    });
  }
}
