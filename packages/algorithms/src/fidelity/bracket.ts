import { lowestTelling } from "./rank-agreement.ts";
import { Rung, type RungResult } from "./rung.ts";

/** What a bracket is to do. */
export interface BracketPlan {
  /** Resources of its rungs, ascending. */
  readonly levels: readonly number[];
  /** Configurations it starts; Infinity for one that never ends. */
  readonly size: number;
  /** Configurations start at the lowest rung that tells something of the next one. */
  readonly learnsEntry?: boolean;
}

/** A configuration that goes on at the next resource. */
export interface Promotion {
  readonly rung: number;
  readonly from: RungResult;
}

/**
 * Successive halving that waits for nobody: a configuration goes on as soon as it is in the best 1/eta of those that have finished at its resource (Li et al.
 * 2020, ASHA, algorithm 2). In a bracket without end those that went on early and were overtaken would add up: there none goes on while 1/eta of the rung have gone on (Li et
 * al. 2022, Hyper-Tune, VLDB 15, delayed promotion). Failed trials count as finished, so they hold nothing up. When no more can come to a rung, one goes on at least.
 */
export class Bracket {
  readonly plan: BracketPlan;
  readonly #eta: number;
  readonly #rungs: readonly Rung[];
  /** Rung where configurations start; undefined: to be worked out. */
  #entry: number | undefined;
  /** Keys of configurations under way, by rung. */
  #open: readonly Set<string>[] = [];

  constructor(plan: BracketPlan, eta: number) {
    this.plan = plan;
    this.#eta = eta;
    this.#rungs = plan.levels.map(() => new Rung());
    this.begin();
  }

  /** Forgets what is under way; `start` says it anew. */
  begin(): void {
    this.#open = this.plan.levels.map(() => new Set());
  }

  /** A trial is under way. */
  start(rung: number, key: string): void {
    this.#open[rung]?.add(key);
  }

  finish(rung: number, result: RungResult): void {
    this.#rungs[rung]?.add(result);
    this.#entry = undefined;
  }

  /**
   * Rung where new configurations start. One whose order of configurations foretells nothing of the next rung's is passed over; the top rung is none to start at.
   */
  get entry(): number {
    this.#entry ??= this.plan.learnsEntry === true ? lowestTelling(this.#rungs) : 0;
    return this.#entry;
  }

  /** Configurations started so far. */
  get started(): number {
    const finished = this.#rungs[0] as Rung;
    let count = finished.size;
    for (const key of this.#open[0] as Set<string>) if (!finished.has(key)) count++;
    return count;
  }

  get isFull(): boolean {
    return this.started >= this.plan.size;
  }

  /**
   * The next promotion, looked for from the top. Rungs that are passed over promote only when nothing else is left.
   * @param isClosed no new configuration will come
   */
  promotion(isClosed: boolean): Promotion | undefined {
    const quotas = this.#quotas(isClosed);
    for (let rung = this.#rungs.length - 2; rung >= (isClosed ? 0 : this.entry); rung--) {
      const from = this.#candidates(rung, quotas[rung] as number)[0];
      if (from !== undefined) return { rung: rung + 1, from };
    }
    return undefined;
  }

  /** Nothing is under way and nothing will come. */
  isOver(isClosed: boolean): boolean {
    return isClosed && this.#open.every((keys) => keys.size === 0) && this.promotion(true) === undefined;
  }

  /** How many of each rung may go on. A rung is complete when nothing is under way at or below it and nothing waits below it. */
  #quotas(isClosed: boolean): number[] {
    let isComplete = isClosed;
    return this.#rungs.map(({ size }, rung) => {
      isComplete &&= (this.#open[rung] as Set<string>).size === 0;
      const quota = Math.max(Math.floor(size / this.#eta + 1e-9), isComplete ? 1 : 0);
      isComplete &&= this.#candidates(rung, quota).length === 0;
      return quota;
    });
  }

  /** The best of a rung that have not gone on, best first; in a bracket without end none when a quota of them have. */
  #candidates(rung: number, quota: number): RungResult[] {
    const next = this.#rungs[rung + 1];
    if (next === undefined) return [];
    const open = this.#open[rung + 1] as Set<string>;
    const hasGoneOn = ({ key }: RungResult) => next.has(key) || open.has(key);
    const { finite } = this.#rungs[rung] as Rung;
    if (this.plan.size === Number.POSITIVE_INFINITY && finite.filter(hasGoneOn).length >= quota) return [];
    return finite.slice(0, quota).filter((result) => !hasGoneOn(result));
  }
}
