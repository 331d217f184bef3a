import { KEPT_ROWS, type RowOrder, Stretch } from "./stretch.ts";

/** Thins rows of one metric as they are read: stretches that become too many are joined in pairs, so that memory stays bounded and no extreme is lost. */
export class Thinner<T extends { readonly value: string }> {
  readonly #most: number;
  readonly #order: RowOrder<T>;
  #length = KEPT_ROWS;
  #full: Stretch<T>[] = [];
  #open: Stretch<T>;

  /** @param target rows wanted in the end; more are kept @param order of the rows in time: the first and the last are kept */
  constructor(target: number, order: RowOrder<T>) {
    this.#most = 2 * Math.max(target, 32);
    this.#order = order;
    this.#open = new Stretch(KEPT_ROWS, order);
  }

  add(row: T): void {
    this.#open.add(row);
    if (!this.#open.isFull) return;
    this.#full.push(this.#open);
    if (this.#full.length === this.#most) {
      this.#full = this.#full.flatMap((one, i) => (i % 2 === 0 ? [one.joined(this.#full[i + 1]!)] : []));
      this.#length *= 2;
    }
    this.#open = new Stretch(this.#length, this.#order);
  }

  kept(): T[] {
    return [...this.#full, this.#open].flatMap(({ kept }) => kept);
  }
}
