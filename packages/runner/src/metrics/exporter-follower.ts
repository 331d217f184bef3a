import { ScrapeCollector } from "@qalam/collectors";
import type { Clock } from "@qalam/runtime";
import type { MetricFollower, SourceDiagnosis } from "./metric-follower.ts";
import type { MetricWriter } from "./metric-writer.ts";
import { ownsPort } from "./port-owner.ts";
import { type ScrapeTarget, scrape } from "./scrape.ts";

/** An exporter takes a moment to come up: until it first answers it is asked at growing intervals. */
const FIRST_INTERVAL_MS = 50;

export interface ExporterFollowerOptions {
  readonly target: ScrapeTarget;
  /** Milliseconds between answer and question. */
  readonly interval: number;
  /** Said beside what goes wrong. */
  readonly hint?: string;
  readonly metricNames: readonly string[];
  readonly source: string;
  /** What the names of the run's files begin with. */
  readonly run: string;
  readonly writer: MetricWriter;
  readonly clock: Clock;
  readonly onError: (error: Error) => void;
}

/** Metrics that an exporter of the trial shows: it is asked again and again, as there is no other way with exporters. */
export class ExporterFollower implements MetricFollower {
  readonly #options: ExporterFollowerOptions;
  readonly #stop = new AbortController();
  readonly #over: Promise<void>;
  #collector: ScrapeCollector;
  #wake: (() => void) | undefined;

  constructor(options: ExporterFollowerOptions) {
    this.#options = options;
    this.#collector = new ScrapeCollector(options.metricNames);
    this.#over = this.#run().catch(options.onError);
  }

  async finish(): Promise<void> {
    await this.#end();
    await this.#options.writer.store(this.#collector.end(), this.#options.source);
  }

  async release(): Promise<void> {
    this.#options.writer.release();
    await this.#end();
  }

  diagnose(): SourceDiagnosis {
    return { diagnosis: this.#collector.diagnose() };
  }

  async #end(): Promise<void> {
    this.#stop.abort();
    this.#wake?.();
    await this.#over;
  }

  async #run(): Promise<void> {
    const { writer, source, metricNames, interval } = this.#options;
    const sequence = await writer.lastSequence(source);
    if (sequence !== undefined)
      this.#collector = new ScrapeCollector(metricNames, { sequence, values: await writer.latestValues() });
    let wait = Math.min(FIRST_INTERVAL_MS, interval);
    while (!this.#stop.signal.aborted) {
      await this.#pause(wait);
      if (this.#stop.signal.aborted) return;
      wait = (await this.#ask()) ? interval : Math.min(2 * wait, interval);
    }
  }

  /** @returns whether it answered */
  async #ask(): Promise<boolean> {
    const { target, run, writer, source } = this.#options;
    const { url } = target;
    try {
      const answer = await scrape(target, this.#stop.signal);
      if (isThisMachine(url) && !ownsPort(run, portOf(url)))
        throw new Error("is answered by another program, not by this trial");
      await writer.store(this.#collector.take(answer.body, answer.contentType), source);
      return true;
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#fail(error as Error);
      return false;
    }
  }

  #fail({ message }: Error): void {
    const { target, hint } = this.#options;
    this.#collector.fail(`${target.url.href} ${message}${hint === undefined ? "" : ` (${hint})`}`);
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(milliseconds, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}

function isThisMachine({ hostname }: URL): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}

function portOf({ port, protocol }: URL): number {
  return Number(port || (protocol === "https:" ? 443 : 80));
}
