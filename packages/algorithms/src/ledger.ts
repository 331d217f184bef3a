import { type RandomStream, randomStream } from "@qalam/numeric";
import type { Point } from "./parameter.ts";
import type { PendingTrial } from "./sampler.ts";
import type { SearchSpace } from "./search-space.ts";

/** Draws before an unseen configuration is looked up in order instead. */
const MAX_DRAWS = 200;

/**
 * What has been suggested so far: numbers suggestions and keeps finite spaces free of repeats. Points to try first are handed out before
 * anything else.
 */
export class Ledger {
  readonly space: SearchSpace;
  readonly #seed: number;
  readonly #initial: readonly Point[];
  readonly #keys = new Set<string>();
  readonly #ids = new Set<number>();
  #next = 0;

  constructor(space: SearchSpace, seed: number, initial: readonly Point[] = [], next = 0) {
    this.space = space;
    this.#seed = seed;
    this.#initial = initial;
    this.#next = next;
  }

  /** Number of the next suggestion. */
  get next(): number {
    return this.#next;
  }

  /** Takes note of trials that were suggested before; knows those of a warm start (negative ids) as configurations only. */
  note(trials: readonly PendingTrial[]): void {
    for (const { id, point } of trials) {
      if (this.#ids.has(id)) continue;
      this.#ids.add(id);
      if (id >= 0) this.#keys.add(this.space.key(point));
      this.#next = Math.max(this.#next, id + 1);
    }
  }

  /** True when every configuration of a finite space was suggested (or breaks a constraint). */
  isExhausted(): boolean {
    return (
      this.#keys.size >= this.space.size ||
      (this.#keys.size > 0 &&
        Number.isFinite(this.space.size) &&
        this.space.constraints.length > 0 &&
        this.#unseen(0) === undefined)
    );
  }

  hasSeen(point: Point): boolean {
    return this.#keys.has(this.space.key(point));
  }

  /** The stream for the next suggestion: named by its number, so no generator state is kept. */
  stream(label: string): RandomStream {
    return randomStream(this.#seed, label, this.#next);
  }

  /** The next point to try first, if any is left. */
  initialPoint(): Point | undefined {
    return this.#initial.find((point) => !this.#keys.has(this.space.key(point)));
  }

  /**
   * A feasible point that was not suggested, from a proposal that may be drawn again; on a finite space looked up in order when draws keep hitting
   * known ones. undefined when there is none.
   */
  fresh(propose: (attempt: number) => Point, random: RandomStream): Point | undefined {
    const isFiniteSpace = Number.isFinite(this.space.size);
    if (isFiniteSpace && this.#keys.size >= this.space.size) return undefined;
    for (let attempt = 0; attempt < MAX_DRAWS; attempt++) {
      const point = propose(attempt);
      if (this.space.isFeasible(point) && !this.hasSeen(point)) return point;
    }
    return isFiniteSpace ? this.#unseen(random.integer(Math.min(this.space.size, 2 ** 32))) : undefined;
  }

  /** Numbers a suggestion and remembers its configuration. */
  take(point: Point): number {
    this.#keys.add(this.space.key(point));
    this.#ids.add(this.#next);
    return this.#next++;
  }

  #unseen(start: number): Point | undefined {
    for (let i = 0; i < this.space.size; i++) {
      const point = this.space.at((start + i) % this.space.size);
      if (!this.hasSeen(point) && this.space.isFeasible(point)) return point;
    }
    return undefined;
  }
}
