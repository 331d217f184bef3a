import { SOBOL_DIRECTIONS } from "./generated/sobol-directions.ts";
import type { RandomStream } from "./random-stream.ts";

const BITS = 32;
/** Dimensions for which there are direction numbers. */
export const MAX_SOBOL_DIMENSION = 1024;

/**
 * Points of a Sobol sequence by number (Joe and Kuo 2008). Optionally scrambled: a random linear matrix scramble with a digital shift (Matoušek 1998) keeps
 * the net's uniformity and makes sequences of different seeds independent.
 */
export class SobolSequence {
  /** Direction numbers, row-major [dimension][bit]. */
  readonly #directions: Uint32Array;
  readonly #shift: Uint32Array;
  readonly dimension: number;

  /** @throws RangeError beyond 1,024 dimensions */
  constructor(dimension: number, scramble?: RandomStream) {
    if (dimension < 1 || dimension > MAX_SOBOL_DIMENSION)
      throw new RangeError(`Sobol sequences have 1 to ${MAX_SOBOL_DIMENSION} dimensions, not ${dimension}`);
    this.dimension = dimension;
    this.#directions = directionNumbers(dimension);
    this.#shift = new Uint32Array(dimension);
    if (scramble !== undefined) this.#scramble(scramble);
  }

  /** The point of a number, shape [dimension], each coordinate in [0, 1). Number 0 of an unscrambled sequence is the origin. @param index 0 … 2³² − 1 */
  point(index: number, out: Float64Array = new Float64Array(this.dimension)): Float64Array {
    const gray = (index ^ (index >>> 1)) >>> 0;
    for (let d = 0; d < this.dimension; d++) {
      let bits = this.#shift[d] as number;
      for (let k = 0; k < BITS; k++) if ((gray >>> k) & 1) bits ^= this.#directions[d * BITS + k] as number;
      out[d] = (bits >>> 0) / 4_294_967_296;
    }
    return out;
  }

  #scramble(random: RandomStream): void {
    for (let d = 0; d < this.dimension; d++) {
      const rows = Uint32Array.from(
        { length: BITS },
        (_, bit) => (((2 ** 31) >>> bit) | (random.integer(4_294_967_296) & ~(0xffff_ffff >>> bit))) >>> 0,
      );
      for (let k = 0; k < BITS; k++)
        this.#directions[d * BITS + k] = multiply(rows, this.#directions[d * BITS + k] as number);
      this.#shift[d] = random.integer(4_294_967_296);
    }
  }
}

/** A lower triangular bit matrix (row `i` gives bit i from the top) times a vector of bits. */
function multiply(rows: Uint32Array, vector: number): number {
  let result = 0;
  for (let bit = 0; bit < BITS; bit++) result |= parity((rows[bit] as number) & vector) << (31 - bit);
  return result >>> 0;
}

function parity(word: number): number {
  let x = word;
  x ^= x >>> 16;
  x ^= x >>> 8;
  x ^= x >>> 4;
  return (0x6996 >>> (x & 15)) & 1;
}

function directionNumbers(dimension: number): Uint32Array {
  const directions = new Uint32Array(dimension * BITS);
  for (let k = 0; k < BITS; k++) directions[k] = 2 ** (31 - k);
  const lines = dimension === 1 ? [] : SOBOL_DIRECTIONS.split(";", dimension - 1);
  lines.forEach((line, i) => {
    const [a = 0, ...m] = line.split(" ").map((text) => Number.parseInt(text, 36));
    fillDirections(directions.subarray((i + 1) * BITS, (i + 2) * BITS), a, m);
  });
  return directions;
}

/** Joe and Kuo (2008), eq. 2: v_k from the s before it and the primitive polynomial's coefficients a. */
function fillDirections(v: Uint32Array, a: number, m: readonly number[]): void {
  const s = m.length;
  for (let k = 0; k < BITS; k++) {
    if (k < s) {
      v[k] = (m[k] as number) * 2 ** (31 - k);
      continue;
    }
    let value = (v[k - s] as number) ^ ((v[k - s] as number) >>> s);
    for (let j = 1; j < s; j++) if ((a >>> (s - 1 - j)) & 1) value ^= v[k - j] as number;
    v[k] = value;
  }
}
