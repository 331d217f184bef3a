import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { StreamCollector } from "@qalam/collectors";
import type { Clock } from "@qalam/runtime";
import type { ObservationStore } from "@qalam/store";
import { ArrivalRecorder } from "./arrival-times.ts";
import { FileTail } from "./file-tail.ts";
import { MetricWriter } from "./metric-writer.ts";

export interface ContainerOutputOptions {
  /** Exists. */
  readonly log: string;
  /** Of the container that reports the trial's metrics. */
  readonly metrics?: MetricSource;
  readonly observations: ObservationStore;
  readonly clock: Clock;
  readonly onError: (error: Error) => void;
}

export interface MetricSource {
  readonly collector: StreamCollector;
  readonly trialUid: string;
  /** Names the run. */
  readonly source: string;
  /** The file the collector reads, when it is not the log. */
  readonly file?: string;
}

/** Follows what one run of a container writes: when it came, and the metrics in it. */
export class ContainerOutput {
  readonly #arrivals: ArrivalRecorder;
  readonly #metrics: MetricWriter | undefined;
  readonly #tails: FileTail[];
  readonly #onError: (error: Error) => void;

  constructor({ log, metrics, observations, clock, onError }: ContainerOutputOptions) {
    const arrivals = new ArrivalRecorder(log, () => clock.now().getTime());
    this.#arrivals = arrivals;
    this.#onError = onError;
    const onChange = () => this.#note(false);
    if (metrics === undefined) {
      this.#tails = [new FileTail({ path: log, onChange, onError })];
      return;
    }
    const writer = new MetricWriter({ ...metrics, observations, clock, onError, arrival: () => arrivals.time });
    this.#metrics = writer;
    const take = (bytes: Uint8Array) => writer.push(bytes);
    if (metrics.file === undefined) this.#tails = [new FileTail({ path: log, onChange, take, onError })];
    else {
      makeFile(metrics.file);
      this.#tails = [
        new FileTail({ path: log, onChange, onError }),
        new FileTail({ path: metrics.file, take, onError }),
      ];
    }
  }

  /** The container has ended. @returns when everything was read and stored */
  async finish(): Promise<void> {
    this.#note(true);
    await Promise.all(this.#tails.map((tail) => tail.finish()));
    await this.#metrics?.end();
  }

  /** Lets go; the next server begins anew. */
  async release(): Promise<void> {
    this.#note(true);
    this.#metrics?.release();
    await Promise.all(this.#tails.map((tail) => tail.release()));
  }

  /** Times are worth less than the run: a full disk costs them. */
  #note(isLast: boolean): void {
    try {
      this.#arrivals.note();
      if (isLast) this.#arrivals.flush();
    } catch (error) {
      this.#onError(error as Error);
    }
  }
}

/** A file can be watched once it exists. */
function makeFile(path: string): void {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "");
}
