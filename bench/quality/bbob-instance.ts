/** D × D, row by row. */
export type Matrix = readonly Float64Array[];

const MODULUS = 2_147_483_647;

/** The uniform generator of the BBOB definitions: Park and Miller's with a shuffle table. @returns numbers in (0, 1] */
function uniforms(count: number, seed: number): Float64Array {
  let state = Math.max(1, Math.abs(seed));
  const advance = () => {
    state = (16_807 * state) % MODULUS;
    return state;
  };
  const table = new Array<number>(32);
  for (let i = 39; i >= 0; i--) {
    const next = advance();
    if (i < 32) table[i] = next;
  }
  let drawn = table[0] as number;
  return Float64Array.from({ length: count }, () => {
    const slot = Math.floor(drawn / 67_108_865);
    drawn = table[slot] as number;
    table[slot] = advance();
    return drawn / MODULUS || 1e-99;
  });
}

/** Standard normal numbers by Box and Muller from 2 · count uniform ones. */
function normals(count: number, seed: number): Float64Array {
  const u = uniforms(2 * count, seed);
  return Float64Array.from(
    { length: count },
    (_, i) => Math.sqrt(-2 * Math.log(u[i] as number)) * Math.cos(2 * Math.PI * (u[count + i] as number)) || 1e-99,
  );
}

/** What differs between the instances of a BBOB function: optimum, value there, rotations. */
export interface BbobInstance {
  readonly dimension: number;
  readonly seed: number;
  /** Value at the optimum, two decimals within ±1000. */
  readonly best: number;
  /** Location of the optimum for most functions, in [−4, 4], four decimals. Shape [D]. */
  readonly optimum: Float64Array;
  /** The first rotation, R. */
  readonly r: Matrix;
  /** The second rotation, Q. */
  readonly q: Matrix;
  uniforms(count: number, offset?: number): Float64Array;
  normals(count: number): Float64Array;
}

/** Instance data of Hansen, Finck, Ros and Auger (2009), RR-6829, as COCO draws them. @param number 1 … 24 */
export function bbobInstance(number: number, dimension: number, instance: number): BbobInstance {
  // Two functions share the instances of their simpler siblings.
  const base = number === 4 ? 3 : number === 18 ? 17 : number;
  const seed = base + 10_000 * instance;
  const ratio = (normals(1, seed)[0] as number) / (normals(1, seed + 1)[0] as number);
  return {
    dimension,
    seed,
    best: Math.min(1000, Math.max(-1000, Math.round(1e4 * ratio) / 100)),
    optimum: uniforms(dimension, number === 12 ? seed + 1_000_000 : seed).map(
      (u) => (8 * Math.floor(1e4 * u)) / 1e4 - 4 || -1e-5,
    ),
    r: rotation(dimension, seed + 1_000_000),
    q: rotation(dimension, seed),
    uniforms: (count, offset = 0) => uniforms(count, seed + offset),
    normals: (count) => normals(count, seed),
  };
}

/** Random orthogonal matrix: Gram and Schmidt on the columns of a normal one. */
function rotation(dimension: number, seed: number): Matrix {
  const draws = normals(dimension * dimension, seed);
  const columns = Array.from({ length: dimension }, (_, j) => draws.slice(j * dimension, (j + 1) * dimension));
  columns.forEach((column, j) => {
    for (const earlier of columns.slice(0, j)) {
      const product = dot(column, earlier);
      for (let k = 0; k < dimension; k++) column[k] = (column[k] as number) - product * (earlier[k] as number);
    }
    const norm = Math.sqrt(dot(column, column));
    for (let k = 0; k < dimension; k++) column[k] = (column[k] as number) / norm;
  });
  return Array.from({ length: dimension }, (_, i) => Float64Array.from(columns, (column) => column[i] as number));
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
