import type { CollectedRow, StreamCollector } from "@qalam/collectors";
import type { Clock } from "@qalam/runtime";
import { ClosedError, type ObservationStore } from "@qalam/store";

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 10_000;

export interface MetricWriterOptions {
  readonly collector: StreamCollector;
  readonly observations: ObservationStore;
  readonly trialUid: string;
  /** Names the run, so that reading it again adds nothing twice. */
  readonly source: string;
  /** Time of arrival in milliseconds, never going back. */
  readonly arrival: () => number;
  readonly clock: Clock;
  readonly onError: (error: Error) => void;
}

/** Turns output into observations. What cannot be stored (a full disk) is tried again, and nothing more is read until it is stored. */
export class MetricWriter {
  readonly #options: MetricWriterOptions;
  #giveUp: (() => void) | undefined;
  #isReleased = false;

  constructor(options: MetricWriterOptions) {
    this.#options = options;
  }

  /** Resolves when the rows of these bytes are durable. */
  push(bytes: Uint8Array): Promise<void> {
    return this.#store(this.#options.collector.push(bytes));
  }

  /** No more bytes come. */
  end(): Promise<void> {
    return this.#store(this.#options.collector.end());
  }

  /** Stops trying: the next server reads the log again. */
  release(): void {
    this.#isReleased = true;
    this.#giveUp?.();
  }

  async #store(collected: readonly CollectedRow[]): Promise<void> {
    if (collected.length === 0) return;
    const { observations, trialUid, source, arrival, onError } = this.#options;
    const time = new Date(arrival()).toISOString();
    const rows = collected.map((row) => ({ ...row, time: row.time ?? time, source }));
    for (let wait = FIRST_RETRY_MS; !this.#isReleased; wait = Math.min(2 * wait, LONGEST_RETRY_MS)) {
      try {
        await observations.append(trialUid, rows);
        return;
      } catch (error) {
        if (error instanceof ClosedError) return;
        onError(error as Error);
      }
      await this.#pause(wait);
    }
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(milliseconds, resolve);
      this.#giveUp = () => {
        cancel();
        resolve();
      };
    });
  }
}
