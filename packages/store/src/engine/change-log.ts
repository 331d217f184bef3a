import type { Change } from "./change.ts";

/** Newest changes that are kept whatever they weigh. */
const ALWAYS_KEPT = 64;

/** What changes of a kind are remembered at most. */
export interface LogLimits {
  readonly changes: number;
  readonly bytes: number;
}

/** The newest changes of one kind in order of version, within bounds. Readers hold positions, which never shift. */
export class ChangeLog {
  #changes: (Change | undefined)[] = [];
  #weights: number[] = [];
  /** Index in the arrays of the oldest change; what lies before is cleared and cut off now and then. */
  #head = 0;
  /** Position of index 0. */
  #offset = 0;
  #bytes = 0;
  /** Changes up to this version may be missing. */
  horizon = 0;

  /** Position of the oldest change. */
  get start(): number {
    return this.#offset + this.#head;
  }
  /** Position of the next change. */
  get end(): number {
    return this.#offset + this.#changes.length;
  }

  at(position: number): Change {
    return this.#changes[position - this.#offset]!;
  }

  append(change: Change, weight: number): void {
    this.#changes.push(change);
    this.#weights.push(weight);
    this.#bytes += weight;
  }

  /** Drops the oldest changes until the limits hold. @returns those */
  trim(limits: LogLimits): Change[] {
    const dropped: Change[] = [];
    for (;;) {
      const kept = this.#changes.length - this.#head;
      const over = kept > limits.changes || (this.#bytes > limits.bytes && kept > ALWAYS_KEPT);
      if (!over) break;
      const change = this.#changes[this.#head]!;
      this.#changes[this.#head] = undefined;
      this.#bytes -= this.#weights[this.#head]!;
      this.#head++;
      this.horizon = change.version;
      dropped.push(change);
    }
    if (this.#head > this.#changes.length / 2) this.#cut();
    return dropped;
  }

  #cut(): void {
    this.#changes = this.#changes.slice(this.#head);
    this.#weights = this.#weights.slice(this.#head);
    this.#offset += this.#head;
    this.#head = 0;
  }

  /** Position of the first change after `version`. */
  positionAfter(version: number): number {
    let low = this.#head;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#changes[middle]!.version <= version) low = middle + 1;
      else high = middle;
    }
    return this.#offset + low;
  }
}
