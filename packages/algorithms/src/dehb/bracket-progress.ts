import { compareMembers, type Member } from "./subpopulation.ts";

/** How far one bracket has come. A rung begins when the one below it is whole; other brackets are worked on meanwhile. */
export class BracketProgress {
  /** Trials of each rung. */
  readonly sizes: readonly number[];
  readonly #finished: number[];
  readonly #results: readonly Member[][];
  #open: number[] = [];

  constructor(sizes: readonly number[]) {
    this.sizes = sizes;
    this.#finished = sizes.map(() => 0);
    this.#results = sizes.map(() => []);
    this.begin();
  }

  /** Forgets what is under way; `start` says it anew. */
  begin(): void {
    this.#open = this.sizes.map(() => 0);
  }

  start(rung: number): void {
    this.#open[rung] = (this.#open[rung] ?? 0) + 1;
  }

  /** @param result absent: failed, or may not go on */
  finish(rung: number, result: Member | undefined): void {
    this.#finished[rung] = (this.#finished[rung] ?? 0) + 1;
    if (result !== undefined) this.#results[rung]?.push(result);
  }

  /** Those that may go on from a rung, best first. */
  best(rung: number, count: number): Member[] {
    return (this.#results[rung] ?? []).sort(compareMembers).slice(0, count);
  }

  /**
   * The rung that is to get the next trial; "waiting" when trials under way must end first, "over" when there is nothing left to do.
   * @param isSpent there are no more configurations for this rung
   */
  due(isSpent: (rung: number) => boolean): number | "waiting" | "over" {
    for (const [rung, size] of this.sizes.entries()) {
      const open = this.#open[rung] as number;
      const finished = this.#finished[rung] as number;
      if (finished + open < size && !isSpent(rung)) return rung;
      if (open > 0 && finished < size) return "waiting";
    }
    return "over";
  }
}
