import type { Point } from "./parameter.ts";

/** A set of points by their values: like their keys NaN equals NaN and −0 equals 0, but no texts are made. */
export class PointSet {
  readonly #byHash = new Map<number, Point[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(point: Point): boolean {
    return this.#byHash.get(hashOf(point))?.some((one) => isSame(one, point)) === true;
  }

  add(point: Point): void {
    if (this.has(point)) return;
    const hash = hashOf(point);
    const others = this.#byHash.get(hash);
    if (others === undefined) this.#byHash.set(hash, [point.slice()]);
    else others.push(point.slice());
    this.#size++;
  }
}

const VALUE = new Float64Array(1);
const WORDS = new Int32Array(VALUE.buffer);

/** Mixes the bits of all values, the finaliser of MurmurHash3 after each. */
function hashOf(point: Point): number {
  let hash = 0;
  for (let i = 0; i < point.length; i++) {
    const value = point[i] as number;
    VALUE[0] = Number.isNaN(value) ? Number.NaN : value + 0; // −0 + 0 is 0
    hash = Math.imul(hash ^ (WORDS[0] as number), 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash ^ (WORDS[1] as number), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash;
}

function isSame(a: Point, b: Point): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && !(Number.isNaN(a[i]) && Number.isNaN(b[i]))) return false;
  return true;
}
