import type { Clock } from "@qalam/runtime";
import type { ObservationStore } from "@qalam/store";
import { saveDiagnosis } from "../metrics/explain-missing-metric.ts";
import { ExporterFollower } from "../metrics/exporter-follower.ts";
import { FilesFollower } from "../metrics/files-follower.ts";
import { LogFollower } from "../metrics/log-follower.ts";
import type { MetricFollower } from "../metrics/metric-follower.ts";
import type { MetricSource } from "../metrics/metric-source.ts";
import { MetricWriter } from "../metrics/metric-writer.ts";
import { ArrivalRecorder, ArrivalTimes } from "./arrival-times.ts";
import { FileTail, type FileTailOptions } from "./file-tail.ts";

/** A run shorter than this may well write everything at its end. */
const SHORT_RUN_MS = 3_000;
/** A run that ends sooner is read at its end: to watch its log would cost more. */
const FOLLOWED_AFTER_MS = 20;
/** Output that begins after this share of the run came at exit. */
const LATE_SHARE = 0.95;

export interface ContainerOutputOptions {
  /** Exists. */
  readonly log: string;
  /** What the names of the run's files begin with. */
  readonly path: string;
  /** Milliseconds; known when this server started the run. */
  readonly startedAt?: number;
  /** Of the container that reports the trial's metrics. */
  readonly metrics?: MetricSource;
  readonly observations: ObservationStore;
  readonly clock: Clock;
  readonly onError: (error: Error) => void;
}

/** Follows what one run of a container writes: when it came, and the metrics in it. */
export class ContainerOutput {
  readonly #options: ContainerOutputOptions;
  readonly #arrivals: ArrivalRecorder;
  readonly #log: Pick<FileTail, "finish" | "release"> | undefined;
  readonly #metrics: MetricFollower | undefined;

  constructor(options: ContainerOutputOptions) {
    const { log, startedAt, metrics, clock, onError } = options;
    this.#options = options;
    this.#arrivals = new ArrivalRecorder(log, () => clock.now().getTime(), startedAt !== undefined);
    const onChange = () => this.#note(false);
    const begin = startedAt !== undefined && { begin: (follow: () => void) => clock.after(FOLLOWED_AFTER_MS, follow) };
    const following = { onChange, onError, ...begin };
    this.#metrics = metrics && this.#follower(metrics, following);
    if (metrics?.place.kind !== "log") this.#log = new FileTail({ path: log, ...following });
  }

  /** The container has ended. @returns when everything was read and stored */
  async finish(): Promise<void> {
    this.#note(true);
    await Promise.all([this.#log?.finish(), this.#metrics?.finish()]);
    await this.#diagnose().catch(this.#options.onError);
  }

  /** Lets go; the next server begins anew. */
  async release(): Promise<void> {
    this.#note(true);
    await Promise.all([this.#log?.release(), this.#metrics?.release()]);
  }

  #follower(metrics: MetricSource, following: Omit<FileTailOptions, "path">): MetricFollower {
    const { log, path, observations, clock, onError } = this.#options;
    const { trialUid, metricNames, source, place } = metrics;
    const writer = new MetricWriter({ observations, trialUid, clock, onError, arrival: () => this.#arrivals.time });
    if (place.kind === "log") return new LogFollower({ log, source, writer, collector: place.collector, ...following });
    if (place.kind === "files")
      return new FilesFollower({ ...place, source, memory: `${path}.followed`, writer, onError });
    return new ExporterFollower({ ...place, metricNames, source, run: path, writer, clock, onError });
  }

  /** Keeps what explains a missing objective. */
  async #diagnose(): Promise<void> {
    const { metrics, path } = this.#options;
    if (metrics === undefined || this.#metrics === undefined) return;
    const seen = this.#metrics.diagnose();
    if ((seen.diagnosis.found[metrics.metricNames[0] ?? ""] ?? 0) > 0) return;
    await saveDiagnosis(path, { ...seen, cameAtExit: metrics.place.kind === "log" && this.#cameAtExit() });
  }

  #cameAtExit(): boolean {
    const { log, startedAt, clock } = this.#options;
    if (startedAt === undefined) return false;
    const took = clock.now().getTime() - startedAt;
    const first = ArrivalTimes.read(log).at(0) - startedAt;
    return took >= SHORT_RUN_MS && first >= LATE_SHARE * took;
  }

  /** Times are worth less than the run: a full disk costs them. */
  #note(isLast: boolean): void {
    try {
      this.#arrivals.note();
      if (isLast) this.#arrivals.end();
    } catch (error) {
      this.#options.onError(error as Error);
    }
  }
}
