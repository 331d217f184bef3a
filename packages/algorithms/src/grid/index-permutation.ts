import type { RandomStream } from "@qalam/numeric";

const ROUNDS = 4;

/** A random permutation of 0 … size − 1 that needs no table: a Feistel network over the next even power of two, walked until it falls within the range. */
export class IndexPermutation {
  readonly #size: number;
  /** Values of one half of the network's word. */
  readonly #half: number;
  readonly #keys: readonly number[];

  /** @param size 1 … 2⁵³ − 1 */
  constructor(size: number, random: RandomStream) {
    this.#size = size;
    this.#half = 2 ** Math.max(1, Math.ceil(Math.log2(Math.max(2, size)) / 2));
    this.#keys = Array.from({ length: ROUNDS }, () => random.integer(2 ** 32));
  }

  at(index: number): number {
    let value = index;
    do value = this.#mix(value);
    while (value >= this.#size);
    return value;
  }

  #mix(value: number): number {
    let left = Math.floor(value / this.#half);
    let right = value % this.#half;
    for (const key of this.#keys) [left, right] = [right, (left + hash(right, key)) % this.#half];
    return left * this.#half + right;
  }
}

function hash(value: number, key: number): number {
  let h = Math.imul(((value % 4_294_967_296) | 0) ^ key, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca77);
  return (h ^ (h >>> 13)) >>> 0;
}
