/** Numbers in ascending order: finding is O(log n), adding and removing move memory only. */
export class SortedNumbers {
  readonly #items: number[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** How many are less than this one. */
  rank(value: number): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#items[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  add(value: number): void {
    this.#items.splice(this.rank(value), 0, value);
  }

  /** Takes one of equal numbers away. @param value one that was added */
  remove(value: number): void {
    this.#items.splice(this.rank(value), 1);
  }

  /** The number at a place, counted from 0. */
  at(index: number): number {
    return this.#items[index] as number;
  }
}
