import { type RandomStream, randomStream } from "@qalam/numeric";
import { feasibleDraw } from "./feasible-draw.ts";
import type { Point } from "./parameter.ts";
import { PointSet } from "./point-set.ts";
import type { PendingTrial } from "./sampler.ts";
import type { SearchSpace } from "./search-space.ts";

/** Draws before an unseen configuration is looked for in other ways. */
const MAX_DRAWS = 100;
/** Configurations of a finite space that are looked at in order, at most: more than any experiment tries. */
const MAX_LOOKUPS = 5_000_000;

/**
 * Which configurations are finished or under way: numbers suggestions and keeps finite spaces free of repeats. It depends on the told trials, the pending ones
 * and the next number only, so it need not be stored. Points to try first are handed out before anything else.
 */
export class Ledger {
  readonly space: SearchSpace;
  readonly #seed: number;
  /** Points to try first by key, without the told ones. */
  readonly #initial: Map<string, Point>;
  readonly #told = new PointSet();
  /** Trials under way. */
  #open = new PointSet();
  #next: number;

  /** @param next number of the next suggestion, from an earlier instance's `next` */
  constructor(space: SearchSpace, seed: number, initial: readonly Point[] = [], next = 0) {
    this.space = space;
    this.#seed = seed;
    this.#initial = new Map(initial.filter(space.isFeasible).map((point) => [space.key(point), point]));
    this.#next = next;
  }

  /** Number of the next suggestion. */
  get next(): number {
    return this.#next;
  }

  /** Takes note of finished trials. Those of other experiments (negative ids) may be tried again here. */
  tell(trials: readonly PendingTrial[]): void {
    for (const { id, point } of trials) {
      if (id < 0) continue;
      this.#told.add(point);
      if (this.#initial.size > 0) this.#initial.delete(this.space.key(point));
      this.#next = Math.max(this.#next, id + 1);
    }
  }

  /** Begins an ask: these trials are under way, and no others. One that was handed out but is in no list any more is forgotten. */
  begin(pending: readonly PendingTrial[]): void {
    this.#open = new PointSet();
    for (const { id, point } of pending) {
      this.#open.add(point);
      this.#next = Math.max(this.#next, id + 1);
    }
  }

  hasSeen(point: Point): boolean {
    return this.#told.has(point) || this.#open.has(point);
  }

  /** Feasible and not seen. */
  isFresh(point: Point): boolean {
    return this.space.isFeasible(point) && !this.hasSeen(point);
  }

  /** The stream for the next suggestion: named by its number, so no generator state is kept. */
  stream(label: string): RandomStream {
    return randomStream(this.#seed, label, this.#next);
  }

  /** The next point to try first, if any is left. */
  initialPoint(): Point | undefined {
    for (const point of this.#initial.values()) if (!this.#open.has(point)) return point;
    return undefined;
  }

  /**
   * A feasible point that was not suggested, from a proposal that may be drawn again; when draws keep failing, from within the constraints, and on a finite space
   * looked up in order. undefined when there is none.
   */
  fresh(propose: (attempt: number) => Point, random: RandomStream): Point | undefined {
    const { size, constraints } = this.space;
    if (this.#told.size >= size) return undefined;
    for (let attempt = 0; attempt < MAX_DRAWS; attempt++) {
      const point = propose(attempt);
      if (this.isFresh(point)) return point;
    }
    if (constraints.length > 0) {
      const point = feasibleDraw(this.space, random);
      if (point !== undefined && !this.hasSeen(point)) return point;
    }
    return Number.isFinite(size) ? this.#lookUp(random.integer(Math.min(size, 2 ** 32))) : undefined;
  }

  /** Numbers a suggestion and remembers its configuration. */
  take(point: Point): number {
    this.#open.add(point);
    return this.#next++;
  }

  #lookUp(start: number): Point | undefined {
    const { size } = this.space;
    for (let i = 0; i < Math.min(size, MAX_LOOKUPS); i++) {
      const point = this.space.at((start + i) % size);
      if (this.isFresh(point)) return point;
    }
    return undefined;
  }
}
