/** Least time between two writes of counts: more with more trials, as the status lists their names. */
const INTERVAL_MS = 20;
const INTERVAL_PER_TRIAL_MS = 0.2;

/** Decides when an experiment's counts are written, so that the cost per trial stays flat as trials grow. The last change is never lost. */
export class StatusPace {
  #revision = -1;
  #last = Number.NEGATIVE_INFINITY;

  /** Milliseconds until a revision of the tally may be written; undefined when it is written already. */
  wait(revision: number, trials: number, now: number): number | undefined {
    if (revision === this.#revision) return undefined;
    return Math.max(0, this.#last + INTERVAL_MS + INTERVAL_PER_TRIAL_MS * trials - now);
  }

  written(revision: number, now: number): void {
    this.#revision = revision;
    this.#last = now;
  }
}
