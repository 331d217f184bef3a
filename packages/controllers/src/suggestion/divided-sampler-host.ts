import { findAlgorithm, settingsRecord } from "@qalam/algorithms";
import type { SamplerHost, SuggestionReply, SuggestionRequest } from "./sampler-host.ts";

/** Runs algorithms that think in one place and those that answer at once in another, as to ask a thread costs more than they do. */
export class DividedSamplerHost implements SamplerHost {
  readonly #quick: SamplerHost;
  readonly #slow: SamplerHost;

  /** @param slow for algorithms with `slowAsks` */
  constructor(quick: SamplerHost, slow: SamplerHost) {
    this.#quick = quick;
    this.#slow = slow;
  }

  async ask(request: SuggestionRequest): Promise<SuggestionReply> {
    const { algorithmName = "", algorithmSettings = [] } = request.experiment.spec.algorithm ?? {};
    const isSlow = findAlgorithm(algorithmName)?.slowAsks?.(settingsRecord(algorithmSettings)) === true;
    return (isSlow ? this.#slow : this.#quick).ask(request);
  }

  forget(experimentUid: string): void {
    this.#quick.forget(experimentUid);
    this.#slow.forget(experimentUid);
  }

  async close(): Promise<void> {
    await Promise.all([this.#quick.close(), this.#slow.close()]);
  }
}
