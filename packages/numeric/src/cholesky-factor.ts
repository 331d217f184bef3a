/** A pivot below this part of its diagonal element is rounding error. */
const SMALLEST_PIVOT = 1e-14;

/**
 * The lower triangular factor L of a symmetric positive definite matrix A = L·Lᵀ that grows by rows: a further row costs n²/2 operations. Every row is worked out
 * from the rows before it and always in the same order, so a factor that grew is equal, bit by bit, to one made at once.
 */
export class CholeskyFactor {
  #rows: Float64Array;
  #stride: number;
  #size = 0;

  /** @param capacity rows to make room for; more are made when needed */
  constructor(capacity = 16) {
    this.#stride = Math.max(1, capacity);
    this.#rows = new Float64Array(this.#stride * this.#stride);
  }

  /** Number of rows, n. */
  get size(): number {
    return this.#size;
  }

  /** Drops the rows from `size` on. */
  truncate(size: number): void {
    this.#size = Math.min(this.#size, size);
  }

  /** L[i, j], j ≤ i. */
  at(i: number, j: number): number {
    return this.#rows[i * this.#stride + j]!;
  }

  /**
   * Appends a row of A: its elements 0 … n, the last one on the diagonal.
   * @returns false, with nothing changed, when the matrix would not be positive definite any more
   */
  append(row: Float64Array): boolean {
    const n = this.#size;
    if (n === this.#stride) this.#grow();
    const at = n * this.#stride;
    for (let j = 0; j < n; j++) this.#rows[at + j] = row[j]!;
    this.#solveRow(at, n);
    let pivot = row[n]!;
    for (let k = 0; k < n; k++) pivot -= this.#rows[at + k]! * this.#rows[at + k]!;
    if (!(pivot > SMALLEST_PIVOT * row[n]!)) return false;
    this.#rows[at + n] = Math.sqrt(pivot);
    this.#size = n + 1;
    return true;
  }

  /** log det A. */
  logDeterminant(): number {
    let sum = 0;
    for (let i = 0; i < this.#size; i++) sum += Math.log(this.#rows[i * this.#stride + i]!);
    return 2 * sum;
  }

  /** Solves L·x = b in place, shape [n]. */
  solveLower(b: Float64Array): void {
    const rows = this.#rows;
    const stride = this.#stride;
    const n = this.#size;
    let i = 0;
    // Four rows at a time read b once.
    for (; i + 4 <= n; i += 4) {
      const r0 = i * stride;
      const r1 = r0 + stride;
      const r2 = r1 + stride;
      const r3 = r2 + stride;
      let s0 = b[i]!;
      let s1 = b[i + 1]!;
      let s2 = b[i + 2]!;
      let s3 = b[i + 3]!;
      for (let k = 0; k < i; k++) {
        const x = b[k]!;
        s0 -= x * rows[r0 + k]!;
        s1 -= x * rows[r1 + k]!;
        s2 -= x * rows[r2 + k]!;
        s3 -= x * rows[r3 + k]!;
      }
      const x0 = s0 / rows[r0 + i]!;
      const x1 = (s1 - x0 * rows[r1 + i]!) / rows[r1 + i + 1]!;
      const x2 = (s2 - x0 * rows[r2 + i]! - x1 * rows[r2 + i + 1]!) / rows[r2 + i + 2]!;
      b[i] = x0;
      b[i + 1] = x1;
      b[i + 2] = x2;
      b[i + 3] = (s3 - x0 * rows[r3 + i]! - x1 * rows[r3 + i + 1]! - x2 * rows[r3 + i + 2]!) / rows[r3 + i + 3]!;
    }
    for (; i < n; i++) {
      let sum = b[i]!;
      for (let k = 0; k < i; k++) sum -= b[k]! * rows[i * stride + k]!;
      b[i] = sum / rows[i * stride + i]!;
    }
  }

  /** Solves Lᵀ·x = b in place, shape [n]. */
  solveUpper(b: Float64Array): void {
    const rows = this.#rows;
    const stride = this.#stride;
    let i = this.#size - 1;
    for (; i >= 3; i -= 4) {
      const r0 = i * stride;
      const r1 = r0 - stride;
      const r2 = r1 - stride;
      const r3 = r2 - stride;
      const x0 = b[i]! / rows[r0 + i]!;
      const x1 = (b[i - 1]! - x0 * rows[r0 + i - 1]!) / rows[r1 + i - 1]!;
      const x2 = (b[i - 2]! - x0 * rows[r0 + i - 2]! - x1 * rows[r1 + i - 2]!) / rows[r2 + i - 2]!;
      const x3 =
        (b[i - 3]! - x0 * rows[r0 + i - 3]! - x1 * rows[r1 + i - 3]! - x2 * rows[r2 + i - 3]!) / rows[r3 + i - 3]!;
      b[i] = x0;
      b[i - 1] = x1;
      b[i - 2] = x2;
      b[i - 3] = x3;
      for (let k = 0; k < i - 3; k++)
        b[k] = b[k]! - x0 * rows[r0 + k]! - x1 * rows[r1 + k]! - x2 * rows[r2 + k]! - x3 * rows[r3 + k]!;
    }
    for (; i >= 0; i--) {
      const x = b[i]! / rows[i * stride + i]!;
      b[i] = x;
      for (let k = 0; k < i; k++) b[k] = b[k]! - x * rows[i * stride + k]!;
    }
  }

  /** Solves L·X = B in place for many right-hand sides. @param b row-major [n, columns] */
  solveLowerMany(b: Float64Array, columns: number): void {
    const rows = this.#rows;
    const stride = this.#stride;
    for (let i = 0; i < this.#size; i++) {
      const at = i * columns;
      const row = i * stride;
      let k = 0;
      for (; k + 4 <= i; k += 4) {
        const l0 = rows[row + k]!;
        const l1 = rows[row + k + 1]!;
        const l2 = rows[row + k + 2]!;
        const l3 = rows[row + k + 3]!;
        let p = k * columns;
        for (let c = at; c < at + columns; c++, p++)
          b[c] = b[c]! - l0 * b[p]! - l1 * b[p + columns]! - l2 * b[p + 2 * columns]! - l3 * b[p + 3 * columns]!;
      }
      for (; k < i; k++) {
        const l = rows[row + k]!;
        let p = k * columns;
        for (let c = at; c < at + columns; c++, p++) b[c] = b[c]! - l * b[p]!;
      }
      const inverse = 1 / rows[row + i]!;
      for (let c = at; c < at + columns; c++) b[c] = b[c]! * inverse;
    }
  }

  /**
   * The lower triangle of A⁻¹, n³/3 operations.
   * @param out row-major [n, n], what stands above the diagonal is left alone
   * @param work room for n² numbers
   */
  inverse(out: Float64Array, work: Float64Array): void {
    const n = this.#size;
    this.#invertTriangle(work);
    for (let i = 0; i < n; i++) out.fill(0, i * n, i * n + i + 1);
    // A⁻¹ = WᵀW with W = L⁻¹, four rows of W at a time; beyond row i of W column j > i is zero.
    let i = 0;
    for (; i + 4 <= n; i += 4) {
      const w0 = i * n;
      const w1 = w0 + n;
      const w2 = w1 + n;
      const w3 = w2 + n;
      for (let a = 0; a < i + 4; a++) {
        const x0 = work[w0 + a]!;
        const x1 = work[w1 + a]!;
        const x2 = work[w2 + a]!;
        const x3 = work[w3 + a]!;
        const row = a * n;
        for (let j = 0; j <= a; j++)
          out[row + j] =
            out[row + j]! + x0 * work[w0 + j]! + x1 * work[w1 + j]! + x2 * work[w2 + j]! + x3 * work[w3 + j]!;
      }
    }
    for (; i < n; i++)
      for (let a = 0; a <= i; a++) {
        const x = work[i * n + a]!;
        for (let j = 0; j <= a; j++) out[a * n + j] = out[a * n + j]! + x * work[i * n + j]!;
      }
  }

  /** W = L⁻¹ into `w`, row-major [n, n] with zeros above the diagonal. */
  #invertTriangle(w: Float64Array): void {
    const n = this.#size;
    const rows = this.#rows;
    for (let i = 0; i < n; i++) {
      const at = i * n;
      const row = i * this.#stride;
      w.fill(0, at, at + n);
      let k = 0;
      for (; k + 4 <= i; k += 4) {
        const l0 = rows[row + k]!;
        const l1 = rows[row + k + 1]!;
        const l2 = rows[row + k + 2]!;
        const l3 = rows[row + k + 3]!;
        let p = k * n;
        for (let c = at; c < at + k + 4; c++, p++)
          w[c] = w[c]! - l0 * w[p]! - l1 * w[p + n]! - l2 * w[p + 2 * n]! - l3 * w[p + 3 * n]!;
      }
      for (; k < i; k++) {
        const l = rows[row + k]!;
        for (let c = 0; c <= k; c++) w[at + c] = w[at + c]! - l * w[k * n + c]!;
      }
      const inverse = 1 / rows[row + i]!;
      for (let c = at; c < at + i; c++) w[c] = w[c]! * inverse;
      w[at + i] = inverse;
    }
  }

  /** The first n elements of the row that begins at `at`: A's become L's. Sums run over k in ascending order, whoever calls. */
  #solveRow(at: number, n: number): void {
    const rows = this.#rows;
    const stride = this.#stride;
    let j = 0;
    for (; j + 4 <= n; j += 4) {
      const r0 = j * stride;
      const r1 = r0 + stride;
      const r2 = r1 + stride;
      const r3 = r2 + stride;
      let s0 = rows[at + j]!;
      let s1 = rows[at + j + 1]!;
      let s2 = rows[at + j + 2]!;
      let s3 = rows[at + j + 3]!;
      for (let k = 0; k < j; k++) {
        const x = rows[at + k]!;
        s0 -= x * rows[r0 + k]!;
        s1 -= x * rows[r1 + k]!;
        s2 -= x * rows[r2 + k]!;
        s3 -= x * rows[r3 + k]!;
      }
      s0 /= rows[r0 + j]!;
      s1 = (s1 - s0 * rows[r1 + j]!) / rows[r1 + j + 1]!;
      s2 = (s2 - s0 * rows[r2 + j]! - s1 * rows[r2 + j + 1]!) / rows[r2 + j + 2]!;
      s3 = (s3 - s0 * rows[r3 + j]! - s1 * rows[r3 + j + 1]! - s2 * rows[r3 + j + 2]!) / rows[r3 + j + 3]!;
      rows[at + j] = s0;
      rows[at + j + 1] = s1;
      rows[at + j + 2] = s2;
      rows[at + j + 3] = s3;
    }
    for (; j < n; j++) {
      let sum = rows[at + j]!;
      for (let k = 0; k < j; k++) sum -= rows[at + k]! * rows[j * stride + k]!;
      rows[at + j] = sum / rows[j * stride + j]!;
    }
  }

  #grow(): void {
    const stride = 2 * this.#stride;
    const rows = new Float64Array(stride * stride);
    for (let i = 0; i < this.#size; i++)
      rows.set(this.#rows.subarray(i * this.#stride, i * this.#stride + i + 1), i * stride);
    this.#rows = rows;
    this.#stride = stride;
  }
}
