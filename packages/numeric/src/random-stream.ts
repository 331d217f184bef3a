/** A source of randomness. Deterministic: the same seed gives the same numbers on any machine. */
export interface RandomStream {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Uniform in 0 … bound − 1. @param bound 1 … 2³² */
  integer(bound: number): number;
  /** An independent stream for a purpose; the same label gives the same stream however much was drawn before. */
  split(label: string | number): RandomStream;
}

/**
 * A stream from a seed and labels, made in constant time: state need not be stored when a draw can be named, for example by the number of the suggestion.
 * The generator is sfc32 (Doty-Humphrey, PractRand), seeded by mixing the labels with the finaliser of MurmurHash3.
 */
export function randomStream(seed: number, ...labels: readonly (string | number)[]): RandomStream {
  let hash: Hash = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0xdeadbeef];
  hash = absorb(hash, String(seed));
  for (const label of labels) hash = absorb(hash, String(label));
  return new Sfc32(hash);
}

type Hash = readonly [number, number, number, number];

/** Mixes a text into four words. */
function absorb(hash: Hash, text: string): Hash {
  let [a, b, c, d] = hash;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 0xffff;
    a = finalize(a ^ Math.imul(code + 1, 0x85ebca6b));
    b = finalize(b ^ a);
    c = finalize(c + b + code);
    d = finalize(d ^ c);
  }
  return [a, b, c, d];
}

function finalize(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

class Sfc32 implements RandomStream {
  readonly #origin: Hash;
  #a: number;
  #b: number;
  #c: number;
  #counter: number;
  #spare = Number.NaN;

  constructor(seed: Hash) {
    this.#origin = seed;
    [this.#a, this.#b, this.#c, this.#counter] = seed;
    for (let i = 0; i < 12; i++) this.#next();
  }

  uniform(): number {
    const high = this.#next() >>> 5;
    const low = this.#next() >>> 6;
    return (high * 67_108_864 + low) / 9_007_199_254_740_992;
  }

  /** Marsaglia's polar method; the second value is kept for the next call. */
  normal(): number {
    if (!Number.isNaN(this.#spare)) {
      const value = this.#spare;
      this.#spare = Number.NaN;
      return value;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spare = y * scale;
      return x * scale;
    }
  }

  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  split(label: string | number): RandomStream {
    return new Sfc32(absorb(this.#origin, `/${label}`));
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum;
  }
}

/** Shuffles in place (Fisher and Yates). @returns the same array */
export function shuffle<T>(items: T[], random: RandomStream): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [items[i], items[j]] = [items[j] as T, items[i] as T];
  }
  return items;
}
