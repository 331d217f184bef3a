import { readFileSync } from "node:fs";
import { CholeskyFactor, randomStream } from "@qalam/numeric";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

/** SciPy's results, written by golden/make_optimisation_golden.py. */
const { cholesky } = JSON.parse(readFileSync(new URL("golden/optimisation.json", import.meta.url), "utf8")) as {
  cholesky: {
    matrix: number[][];
    b: number[];
    factor: number[][];
    lower: number[];
    upper: number[];
    logDeterminant: number;
    inverse: number[][];
  }[];
};

function factorOf(matrix: readonly (readonly number[])[], capacity = 2): CholeskyFactor {
  const factor = new CholeskyFactor(capacity);
  for (const row of matrix) expect(factor.append(Float64Array.from(row.slice(0, factor.size + 1)))).toBe(true);
  return factor;
}

function expectClose(found: ArrayLike<number>, wanted: readonly number[]): void {
  const size = Math.max(1e-300, ...wanted.map(Math.abs));
  wanted.forEach((value, i) => {
    expect(Math.abs(found[i]! - value)).toBeLessThan(1e-10 * size);
  });
}

/** A random positive definite matrix [n][n]. */
function positive(n: number, seed: number): number[][] {
  const random = randomStream(seed, "matrix");
  const half = Array.from({ length: n }, () => Array.from({ length: n }, () => random.normal()));
  return half.map((a, i) => half.map((b, j) => a.reduce((sum, x, k) => sum + x * b[k]!, i === j ? 0.1 : 0)));
}

describe("a Cholesky factor", () => {
  it.each(cholesky)("has SciPy's values", ({ matrix, b, factor, lower, upper, logDeterminant, inverse }) => {
    const found = factorOf(matrix);
    const n = matrix.length;
    factor.forEach((row, i) => {
      expectClose(
        Array.from({ length: i + 1 }, (_, j) => found.at(i, j)),
        row.slice(0, i + 1),
      );
    });
    const x = Float64Array.from(b);
    found.solveLower(x);
    expectClose(x, lower);
    const y = Float64Array.from(b);
    found.solveUpper(y);
    expectClose(y, upper);
    expect(found.logDeterminant()).toBeCloseTo(logDeterminant, 10);
    const out = new Float64Array(n * n);
    found.inverse(out, new Float64Array(n * n));
    inverse.forEach((row, i) => {
      expectClose(out.subarray(i * n, i * n + i + 1), row.slice(0, i + 1));
    });
  });

  it("solves many right-hand sides as it solves one", () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 23 }), fc.integer({ min: 1, max: 9 }), fc.nat(99), (n, columns, seed) => {
        const factor = factorOf(positive(n, seed));
        const random = randomStream(seed, "sides");
        const block = Float64Array.from({ length: n * columns }, () => random.normal());
        const single = Array.from({ length: columns }, (_, c) =>
          Float64Array.from({ length: n }, (_, i) => block[i * columns + c]!),
        );
        factor.solveLowerMany(block, columns);
        single.forEach((b, c) => {
          factor.solveLower(b);
          expectClose(
            Array.from(b, (_, i) => block[i * columns + c]!),
            [...b],
          );
        });
      }),
    ));

  it("is the same, bit by bit, whether it grew after a truncation or was made at once", () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(30), fc.nat(99), (n, kept, seed) => {
        const matrix = positive(n, seed);
        const once = factorOf(matrix, 64);
        const grown = factorOf(matrix, 1);
        grown.truncate(Math.min(kept, n));
        for (let i = grown.size; i < n; i++) grown.append(Float64Array.from(matrix[i]!.slice(0, i + 1)));
        for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) expect(grown.at(i, j)).toBe(once.at(i, j));
      }),
    ));

  it("refuses a row that leaves the matrix not positive definite, and goes on without it", () => {
    const factor = factorOf(
      [
        [4, 2],
        [2, 2],
      ].map((row) => [...row]),
    );
    expect(factor.append(Float64Array.of(4, 2, 4))).toBe(false);
    expect(factor.append(Float64Array.of(0, 0, Number.NaN))).toBe(false);
    expect(factor.size).toBe(2);
    expect(factor.append(Float64Array.of(0, 0, 9))).toBe(true);
    expect(factor.at(2, 2)).toBe(3);
  });
});
