const KEPT = 5;

/** What could not be read: the first few, and how many more there were. */
export class ProblemList {
  readonly #first: string[] = [];
  #more = 0;

  add(problem: string): void {
    if (this.#first.length < KEPT) this.#first.push(problem);
    else this.#more += 1;
  }

  list(): string[] {
    return this.#more === 0 ? [...this.#first] : [...this.#first, `and ${this.#more} more`];
  }
}
