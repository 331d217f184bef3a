/** Eigenvalues in ascending order, and the eigenvector of the i-th as row i of a row-major matrix [n, n]; rows are orthonormal. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** Rounds of the QL iteration per eigenvalue: two or three are usual. */
const MAX_ROUNDS = 60;

/**
 * Eigendecomposition A = Vᵀ·diag(values)·V of a symmetric matrix: Householder's reduction to tridiagonal form, then implicit QL steps with Wilkinson's shift
 * (Golub and Van Loan, Matrix Computations, 4th edition, 8.3). About 5·n³ operations.
 * @param matrix row-major [n, n]; only its lower triangle is read, and it is not changed
 * @throws RangeError when an element is not finite
 */
export function symmetricEigen(matrix: Float64Array, n: number): SymmetricEigen {
  let scale = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const value = Math.abs(matrix[i * n + j] as number);
      if (!Number.isFinite(value)) throw new RangeError(`element [${i}, ${j}] of the matrix is ${matrix[i * n + j]}`);
      if (value > scale) scale = value;
    }
  const diagonal = new Float64Array(n);
  const offDiagonal = new Float64Array(n);
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  if (scale === 0) return { values: diagonal, vectors };
  const work = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      work[i * n + j] = (matrix[i * n + j] as number) / scale;
      work[j * n + i] = work[i * n + j] as number;
    }
  tridiagonalize(work, vectors, n);
  for (let i = 0; i < n; i++) {
    diagonal[i] = work[i * n + i] as number;
    if (i + 1 < n) offDiagonal[i] = work[(i + 1) * n + i] as number;
  }
  diagonalize(diagonal, offDiagonal, vectors, n);
  for (let i = 0; i < n; i++) diagonal[i] = (diagonal[i] as number) * scale;
  return ascending(diagonal, vectors, n);
}

/** Reflects rows and columns until only three diagonals are left; `vectors` (rows) collects the reflections. */
function tridiagonalize(a: Float64Array, vectors: Float64Array, n: number): void {
  const v = new Float64Array(n);
  const w = new Float64Array(n);
  for (let k = 0; k + 2 < n; k++) {
    const beta = reflector(a, v, k, n);
    if (beta === 0) continue;
    // w = β·A·v − ½·β·(β·vᵀ·A·v)·v makes A − v·wᵀ − w·vᵀ the two-sided reflection.
    let product = 0;
    for (let i = k; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += (a[i * n + j] as number) * (v[j] as number);
      w[i] = beta * sum;
      product += (w[i] as number) * (v[i] as number);
    }
    for (let i = k; i < n; i++) w[i] = (w[i] as number) - 0.5 * beta * product * (v[i] as number);
    for (let i = k; i < n; i++) {
      const vi = v[i] as number;
      const wi = w[i] as number;
      for (let j = k; j < n; j++)
        a[i * n + j] = (a[i * n + j] as number) - vi * (w[j] as number) - wi * (v[j] as number);
    }
    reflectRows(vectors, v, beta, k + 1, n);
  }
}

/** The Householder vector (in `v`, zero up to k) that clears column k below its first off-diagonal element. @returns 2/(vᵀ·v), 0 when it is clear already */
function reflector(a: Float64Array, v: Float64Array, k: number, n: number): number {
  let below = 0;
  for (let i = k + 2; i < n; i++) below += (a[i * n + k] as number) ** 2;
  if (below === 0) return 0;
  v.fill(0, 0, k + 1);
  for (let i = k + 1; i < n; i++) v[i] = a[i * n + k] as number;
  const first = v[k + 1] as number;
  const length = Math.sqrt(first * first + below);
  v[k + 1] = first + (first < 0 ? -length : length);
  return 2 / ((v[k + 1] as number) ** 2 + below);
}

/** rows ← (I − β·v·vᵀ)·rows */
function reflectRows(rows: Float64Array, v: Float64Array, beta: number, from: number, n: number): void {
  const sums = new Float64Array(n);
  for (let i = from; i < n; i++) {
    const vi = v[i] as number;
    for (let j = 0; j < n; j++) sums[j] = (sums[j] as number) + vi * (rows[i * n + j] as number);
  }
  for (let i = from; i < n; i++) {
    const factor = beta * (v[i] as number);
    for (let j = 0; j < n; j++) rows[i * n + j] = (rows[i * n + j] as number) - factor * (sums[j] as number);
  }
}

/** QL iteration on a tridiagonal matrix; e[i] stands between i and i + 1. */
function diagonalize(d: Float64Array, e: Float64Array, vectors: Float64Array, n: number): void {
  for (let low = 0; low < n; low++)
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const high = blockEnd(d, e, low, n);
      if (high === low) break;
      qlStep(d, e, vectors, low, high, n);
    }
}

/** Last index of the unreduced block that begins at `low`. */
function blockEnd(d: Float64Array, e: Float64Array, low: number, n: number): number {
  let high = low;
  while (high + 1 < n) {
    const size = Math.abs(d[high] as number) + Math.abs(d[high + 1] as number);
    if (Math.abs(e[high] as number) <= Number.EPSILON * size || e[high] === 0) break;
    high++;
  }
  return high;
}

/** One implicit QL sweep over low … high with Wilkinson's shift. */
function qlStep(d: Float64Array, e: Float64Array, vectors: Float64Array, low: number, high: number, n: number): void {
  const half = ((d[low + 1] as number) - (d[low] as number)) / (2 * (e[low] as number));
  const root = Math.hypot(half, 1);
  let g = (d[high] as number) - (d[low] as number) + (e[low] as number) / (half + (half < 0 ? -root : root));
  let sine = 1;
  let cosine = 1;
  let shift = 0;
  for (let i = high - 1; i >= low; i--) {
    const f = sine * (e[i] as number);
    const b = cosine * (e[i] as number);
    const r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      // The block falls apart here: end the sweep and look again.
      d[i + 1] = (d[i + 1] as number) - shift;
      e[high] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = (d[i + 1] as number) - shift;
    const t = ((d[i] as number) - g) * sine + 2 * cosine * b;
    shift = sine * t;
    d[i + 1] = g + shift;
    g = cosine * t - b;
    rotateRows(vectors, i * n, sine, cosine, n);
  }
  d[low] = (d[low] as number) - shift;
  e[low] = g;
  e[high] = 0;
}

/** Rotates the row that begins at `at` and the next one. */
function rotateRows(rows: Float64Array, at: number, sine: number, cosine: number, n: number): void {
  for (let j = at; j < at + n; j++) {
    const lower = rows[j] as number;
    const upper = rows[j + n] as number;
    rows[j + n] = sine * lower + cosine * upper;
    rows[j] = cosine * lower - sine * upper;
  }
}

function ascending(values: Float64Array, vectors: Float64Array, n: number): SymmetricEigen {
  const order = Array.from(values, (_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number));
  const sorted = new Float64Array(n * n);
  order.forEach((from, to) => {
    sorted.set(vectors.subarray(from * n, (from + 1) * n), to * n);
  });
  return { values: Float64Array.from(order, (i) => values[i] as number), vectors: sorted };
}
