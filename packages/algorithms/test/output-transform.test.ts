import { describe, expect, it } from "vitest";
import {
  cappedLosses,
  finiteValues,
  standardised,
  warpedConstraint,
  warpedLosses,
} from "../src/gp/output-transform.ts";

describe("losses for a Gaussian process", () => {
  it("put the worst in place of failures and keep the order of the rest, however large", () => {
    const finite = finiteValues([1e308, Number.NaN, -1e308, Number.POSITIVE_INFINITY, 0, Number.NEGATIVE_INFINITY]);
    expect([...finite]).toEqual([1, 1, -1, 1, 0, -1]);
    expect([...finiteValues([Number.NaN, Number.NaN])]).toEqual([0, 0]);
    expect([...finiteValues([7, 7, Number.NaN])]).toEqual([0, 0, 0]);
  });

  it("are centred with unit variance, zeros when equal", () => {
    expect([...standardised(Float64Array.of(1, 3))]).toEqual([-1, 1]);
    expect([...standardised(Float64Array.of(2, 2))]).toEqual([0, 0]);
  });

  it("lose their skewness: a long bad tail no longer hides the differences among the good", () => {
    const skewed = Array.from({ length: 41 }, (_, i) => Math.exp(i / 5));
    const warped = warpedLosses(skewed);
    const plain = standardised(Float64Array.from(skewed));
    const skewness = (values: Float64Array) => values.reduce((sum, value) => sum + value ** 3, 0) / values.length;
    expect(skewness(plain)).toBeGreaterThan(2);
    expect(Math.abs(skewness(warped))).toBeLessThan(1);
    expect([...warped].sort((a, b) => a - b)).toEqual([...warped]);
    expect(warped[5]! - warped[0]!).toBeGreaterThan(3 * (plain[5]! - plain[0]!));
  });
});

describe("losses of several objectives", () => {
  it("keep their proportions, but for a far bad tail, which is cut", () => {
    const cut = cappedLosses([0, 1, 2, 3, 4, 4, 4, 1e9, Number.NaN]);
    expect(Array.from(cut, (value) => Math.round((value - cut[0]!) / (cut[1]! - cut[0]!)))).toEqual([
      0, 1, 2, 3, 4, 4, 4, 16, 16,
    ]);
    expect([...cappedLosses([2, 2, 2, 5])].every(Number.isFinite)).toBe(true);
  });
});

describe("an outcome constraint for a Gaussian process", () => {
  it("stays on its side of zero; what is not a number is violated", () => {
    const warped = warpedConstraint([-1e300, -1, 0, 2, Number.POSITIVE_INFINITY, Number.NaN]);
    expect([...warped].map(Math.sign)).toEqual([-1, -1, 0, 1, 1, 1]);
    expect([...warped].every(Number.isFinite)).toBe(true);
  });
});
