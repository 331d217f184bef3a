const KEPT = 5;
const SHOWN_CHARACTERS = 120;

/** Remembers the lines that look most like a wanted metric, to explain why it was not found. */
export class ClosestLines {
  readonly #wanted: RegExp;
  readonly #other: RegExp;
  #near: string[] = [];
  #others: string[] = [];

  /** @param objective the metric that is missed @param other what is worth showing while nothing looks like it: by default lines with a number */
  constructor(objective: string, other = /[=:]\s*[+-]?\d/) {
    this.#other = other;
    const stem = objective
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "")
      .slice(0, 24);
    this.#wanted = new RegExp([...stem].map((character) => `${character}[^a-z0-9]?`).join("") || "$^", "i");
  }

  add(line: string): void {
    const text = line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line;
    if (this.#wanted.test(text)) this.#near = [...this.#near, text].slice(-KEPT);
    else if (this.#near.length === 0 && this.#other.test(text)) this.#others = [...this.#others, text].slice(-KEPT);
  }

  list(): string[] {
    return this.#near.length > 0 ? this.#near : this.#others;
  }
}
