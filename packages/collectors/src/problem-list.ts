const KEPT = 5;

/** What could not be read: the first few, how often each, and how many others there were. */
export class ProblemList {
  readonly #counts = new Map<string, number>();
  #others = 0;

  add(problem: string): void {
    const count = this.#counts.get(problem);
    if (count === undefined && this.#counts.size >= KEPT) this.#others += 1;
    else this.#counts.set(problem, (count ?? 0) + 1);
  }

  list(): string[] {
    const list = [...this.#counts].map(([problem, count]) => (count === 1 ? problem : `${problem} (${count} times)`));
    return this.#others === 0 ? list : [...list, `and ${this.#others} more`];
  }
}
