import { readFileSync } from "node:fs";
import { randomStream, symmetricEigen } from "@qalam/numeric";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

/** Eigenvalues of NumPy 2, written by golden/make_eigen_golden.py. */
const { matrices } = JSON.parse(readFileSync(new URL("golden/eigen.json", import.meta.url), "utf8"));

/** Largest deviation of Vᵀ·diag·V from the matrix and of V·Vᵀ from the identity. */
function residuals(matrix: Float64Array, n: number): { rebuilt: number; orthonormal: number } {
  const { values, vectors } = symmetricEigen(matrix, n);
  let rebuilt = 0;
  let orthonormal = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      let dot = 0;
      for (let k = 0; k < n; k++) {
        sum += vectors[k * n + i]! * values[k]! * vectors[k * n + j]!;
        dot += vectors[i * n + k]! * vectors[j * n + k]!;
      }
      rebuilt = Math.max(rebuilt, Math.abs(sum - matrix[i * n + j]!));
      orthonormal = Math.max(orthonormal, Math.abs(dot - (i === j ? 1 : 0)));
    }
  return { rebuilt, orthonormal };
}

describe("the eigendecomposition of a symmetric matrix", () => {
  it.each(Object.keys(matrices))("has NumPy's eigenvalues: %s", (name) => {
    const { matrix, values } = matrices[name] as { matrix: number[][]; values: number[] };
    const found = symmetricEigen(Float64Array.from(matrix.flat()), matrix.length).values;
    const size = Math.max(...values.map(Math.abs));
    values.forEach((value, i) => {
      expect(Math.abs(found[i]! - value)).toBeLessThan(1e-14 * size * Math.sqrt(values.length));
    });
  });

  it("rebuilds the matrix from orthonormal vectors", () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 24 }),
        fc.nat(1000),
        fc.integer({ min: -150, max: 150 }),
        (n, seed, power) => {
          const random = randomStream(seed, "matrix");
          const matrix = new Float64Array(n * n);
          for (let i = 0; i < n; i++)
            for (let j = 0; j <= i; j++) {
              // Zeros and equal elements make blocks fall apart.
              const value = random.uniform() < 0.3 ? 0 : random.uniform() < 0.2 ? 1 : random.normal();
              matrix[i * n + j] = value * 10 ** power;
              matrix[j * n + i] = matrix[i * n + j]!;
            }
          const { rebuilt, orthonormal } = residuals(matrix, n);
          expect(rebuilt).toBeLessThan(1e-13 * n * 10 ** power);
          expect(orthonormal).toBeLessThan(1e-13 * n);
        },
      ),
      { numRuns: 200 },
    ));

  it("reads the lower triangle only and leaves the matrix as it was", () => {
    const matrix = Float64Array.of(2, 99, 1, 2);
    expect([...symmetricEigen(matrix, 2).values]).toEqual([1, 3].map((value) => expect.closeTo(value, 14)));
    expect([...matrix]).toEqual([2, 99, 1, 2]);
  });

  it("says which element is not finite", () => {
    expect(() => symmetricEigen(Float64Array.of(1, 0, Number.NaN, 1), 2)).toThrow(
      "element [1, 0] of the matrix is NaN",
    );
  });

  it("decomposes the zero matrix", () => {
    expect(residuals(new Float64Array(9), 3)).toEqual({ rebuilt: 0, orthonormal: 0 });
  });
});
