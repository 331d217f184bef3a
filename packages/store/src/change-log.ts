import type { KubeObject, ResourceKind } from "@qalam/api";

/** One committed write. */
export interface Change {
  readonly version: number;
  readonly kind: ResourceKind;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: KubeObject;
  /** The object before, for selectors; absent for ADDED. */
  readonly previous?: KubeObject;
}

/** The latest changes in order, in a bounded window that all watches share. */
export class ChangeLog {
  readonly #capacity: number;
  #changes: Change[] = [];
  /** Number of changes that fell out of the window. */
  #dropped = 0;
  /** Changes up to this version are not in the window. */
  #forgotten: number;
  readonly #listeners = new Set<() => void>();

  constructor(capacity: number, startVersion: number) {
    this.#capacity = capacity;
    this.#forgotten = startVersion;
  }

  append(changes: readonly Change[]): void {
    for (const change of changes) this.#changes.push(change);
    if (this.#changes.length > 2 * this.#capacity) {
      const surplus = this.#changes.length - this.#capacity;
      this.#forgotten = this.#changes[surplus - 1]?.version ?? this.#forgotten;
      this.#dropped += surplus;
      this.#changes = this.#changes.slice(surplus);
    }
    for (const listener of [...this.#listeners]) listener();
  }

  /** Position after the last change of a version, to read on from; undefined when that is forgotten. */
  positionAfter(version: number): number | undefined {
    if (version < this.#forgotten) return undefined;
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#changes[middle]?.version ?? 0) <= version) low = middle + 1;
      else high = middle;
    }
    return this.#dropped + low;
  }

  /** The change at a position; undefined when there is none yet, "forgotten" when it fell out of the window. */
  at(position: number): Change | undefined | "forgotten" {
    return position < this.#dropped ? "forgotten" : this.#changes[position - this.#dropped];
  }

  get end(): number {
    return this.#dropped + this.#changes.length;
  }

  /** Calls back after every append. @returns a function that ends it */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
