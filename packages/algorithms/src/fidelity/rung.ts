/** What came of a configuration at one resource. */
export interface RungResult {
  readonly id: number;
  /** Key of the configuration. */
  readonly key: string;
  readonly configuration: Float64Array;
  /** Smaller is better; Infinity when it must not go on: failed, stopped early, infeasible or not a number. */
  readonly loss: number;
}

/** The finished trials of one resource, best first. Nothing depends on the order in which they came. */
export class Rung {
  readonly #results = new Map<string, RungResult>();
  /** Those that may go on, best first. */
  readonly #ranked: RungResult[] = [];

  /** Configurations that have finished here, failed ones too. */
  get size(): number {
    return this.#results.size;
  }

  has(key: string): boolean {
    return this.#results.has(key);
  }

  get(key: string): RungResult | undefined {
    return this.#results.get(key);
  }

  /** Those with a finite loss, best first. */
  get finite(): readonly RungResult[] {
    return this.#ranked;
  }

  /** Of a configuration that ran here twice, as one was thought lost, the better run counts. */
  add(result: RungResult): void {
    const known = this.#results.get(result.key);
    if (known !== undefined && compare(known, result) <= 0) return;
    if (known !== undefined && known.loss < Number.POSITIVE_INFINITY) this.#ranked.splice(this.#place(known), 1);
    this.#results.set(result.key, result);
    if (result.loss < Number.POSITIVE_INFINITY) this.#ranked.splice(this.#place(result), 0, result);
  }

  /** Position of a result, or where it belongs. */
  #place(result: RungResult): number {
    let low = 0;
    let high = this.#ranked.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(this.#ranked[middle] as RungResult, result) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** By loss; the older of equals first. */
function compare(a: RungResult, b: RungResult): number {
  return a.loss === b.loss ? a.id - b.id : a.loss < b.loss ? -1 : 1;
}
