import { readFileSync } from "node:fs";
import { MAX_SOBOL_DIMENSION, randomStream, SobolSequence } from "@qalam/numeric";
import { describe, expect, it } from "vitest";

/** Values of SciPy 1.17.1, written by golden/make_golden.py. */
const { sobol } = JSON.parse(readFileSync(new URL("golden/scipy.json", import.meta.url), "utf8"));

describe("Sobol sequences", () => {
  it("are SciPy's when not scrambled", () => {
    const sequence = new SobolSequence(4);
    expect(Array.from({ length: 16 }, (_, i) => Array.from(sequence.point(i)))).toEqual(sobol.first);
  });

  it("are SciPy's in the last of 1,024 dimensions", () => {
    const sequence = new SobolSequence(MAX_SOBOL_DIMENSION);
    const found = sobol.wideRows.map((row: number) => {
      const point = sequence.point(row);
      return sobol.wideColumns.map((column: number) => point[column]);
    });
    expect(found).toEqual(sobol.wide);
  });

  it.each([undefined, 1, 2])(
    "put one of 2^k points into each of 2^k equal cells of every axis (scramble %s)",
    (seed) => {
      const sequence = new SobolSequence(40, seed === undefined ? undefined : randomStream(seed));
      for (let d = 0; d < 40; d++) {
        const cells = Array.from({ length: 256 }, (_, i) => Math.floor(sequence.point(i)[d]! * 256));
        expect(new Set(cells).size).toBe(256);
      }
    },
  );

  it("keep the net's balance in two dimensions when scrambled", () => {
    const sequence = new SobolSequence(2, randomStream(7));
    const boxes = Array.from({ length: 256 }, (_, i) => {
      const [x = 0, y = 0] = sequence.point(i);
      return Math.floor(x * 16) * 16 + Math.floor(y * 16);
    });
    expect(new Set(boxes).size).toBe(256);
  });

  it("differ by scramble and repeat by it", () => {
    const point = (seed: number) => Array.from(new SobolSequence(5, randomStream(seed)).point(3));
    expect(point(1)).toEqual(point(1));
    expect(point(1)).not.toEqual(point(2));
  });

  it("stay within [0, 1) up to the last number", () => {
    const sequence = new SobolSequence(3, randomStream(1));
    for (const index of [0, 1, 2 ** 31, 2 ** 32 - 1])
      for (const value of sequence.point(index)) expect(value >= 0 && value < 1).toBe(true);
  });

  it("refuse more dimensions than there are numbers for", () => {
    expect(() => new SobolSequence(MAX_SOBOL_DIMENSION + 1)).toThrow(/1 to 1024 dimensions, not 1025/);
  });
});
