import type { Trial } from "@qalam/api";
import { isDisplaced, isSettled } from "../trial/stop-reasons.ts";
import { suggestionIdOf } from "../trial/suggestion-id.ts";

/**
 * An experiment's trials as its algorithm is told of them, kept up to date change by change, so that one more question costs no walk over all trials.
 * A trial counts as finished once its processes have ended, as only then its observation is final.
 */
export class TrialFeed {
  readonly #finished: Trial[] = [];
  readonly #finishedNames = new Set<string>();
  readonly #pending = new Map<string, Trial>();

  constructor(trials: Iterable<Trial>) {
    const all = [...trials].sort((a, b) => (suggestionIdOf(a) ?? 0) - (suggestionIdOf(b) ?? 0));
    for (const trial of all) this.set(trial.metadata.name, trial);
  }

  /** In the order in which they ended; only grows. */
  get finished(): readonly Trial[] {
    return this.#finished;
  }

  /** Active trials and those that will run again. */
  get pending(): Trial[] {
    return [...this.#pending.values()];
  }

  /** Takes a trial's newest state; undefined when it was deleted. @returns false when a finished trial is no more: a new feed is needed */
  set(name: string, trial: Trial | undefined): boolean {
    if (this.#finishedNames.has(name)) return trial !== undefined;
    if (trial !== undefined && isSettled(trial) && !isDisplaced(trial)) {
      this.#pending.delete(name);
      this.#finished.push(trial);
      this.#finishedNames.add(name);
    } else if (trial !== undefined) this.#pending.set(name, trial);
    else this.#pending.delete(name);
    return true;
  }
}
