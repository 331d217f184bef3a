import type { StreamCollector } from "@qalam/collectors";
import { FileTail, type FileTailOptions } from "../logs/file-tail.ts";
import type { MetricFollower, SourceDiagnosis } from "./metric-follower.ts";
import type { MetricWriter } from "./metric-writer.ts";

export interface LogFollowerOptions extends Pick<FileTailOptions, "onChange" | "onError" | "begin"> {
  readonly log: string;
  readonly source: string;
  readonly collector: StreamCollector;
  readonly writer: MetricWriter;
}

/** Metrics in a container's output. */
export class LogFollower implements MetricFollower {
  readonly #options: LogFollowerOptions;
  readonly #tail: FileTail;

  constructor(options: LogFollowerOptions) {
    const { log, collector, writer, source, ...following } = options;
    this.#options = options;
    const take = (bytes: Uint8Array) => writer.store(collector.push(bytes), source);
    this.#tail = new FileTail({ path: log, take, ...following });
  }

  async finish(): Promise<void> {
    const { collector, writer, source } = this.#options;
    await this.#tail.finish();
    await writer.store(collector.end(), source);
  }

  async release(): Promise<void> {
    this.#options.writer.release();
    await this.#tail.release();
  }

  diagnose(): SourceDiagnosis {
    return { diagnosis: this.#options.collector.diagnose() };
  }
}
