import type { CollectedRow, StreamCollector } from "@qalam/collectors";
import type { ObservationStore } from "@qalam/store";
import { LogTailer } from "./log-tailer.ts";

export interface MetricTailerOptions {
  readonly path: string;
  readonly collector: StreamCollector;
  readonly observations: ObservationStore;
  readonly trialUid: string;
  /** Names the run, so that reading it again adds nothing twice. */
  readonly source: string;
  readonly now: () => Date;
}

/** Turns the output of a trial's container into observations while it runs. */
export class MetricTailer {
  readonly #options: MetricTailerOptions;
  readonly #tailer: LogTailer;
  #lastTime = 0;

  constructor(options: MetricTailerOptions) {
    this.#options = options;
    this.#tailer = new LogTailer(options.path, (bytes) => this.#store(options.collector.push(bytes)));
  }

  start(): void {
    this.#tailer.start();
  }

  /** Resolves when everything was read and stored. */
  async finish(): Promise<void> {
    await this.#tailer.finish();
    await this.#store(this.#options.collector.end());
  }

  async #store(rows: readonly CollectedRow[]): Promise<void> {
    if (rows.length === 0) return;
    const { observations, trialUid, source } = this.#options;
    // The machine's clock may jump back; the time of arrival within a run never does, as "latest" goes by it.
    this.#lastTime = Math.max(this.#lastTime, this.#options.now().getTime());
    const arrival = new Date(this.#lastTime).toISOString();
    await observations.append(
      trialUid,
      rows.map(({ time, ...row }) => ({ ...row, time: time ?? arrival, source })),
    );
  }
}
