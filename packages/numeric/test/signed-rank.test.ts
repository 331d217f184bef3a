import { readFileSync } from "node:fs";
import { signedRankProbability, studentCdf } from "@qalam/numeric";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const golden: {
  tests: { differences: number[]; p: number }[];
  student: { degrees: number; t: number[]; cdf: number[] }[];
} = JSON.parse(readFileSync(new URL("golden/signed-rank.json", import.meta.url), "utf8"));

describe("Wilcoxon's signed-rank test", () => {
  it.each(golden.tests.map(({ differences, p }) => [differences.length, differences, p] as const))(
    "agrees with SciPy: %i differences",
    (_, differences, p) => expect(signedRankProbability(differences)).toBeCloseTo(p, 12),
  );

  it("knows no side without a difference", () => {
    expect(signedRankProbability([])).toBe(1);
    expect(signedRankProbability([0, 0, -0])).toBe(1);
  });

  it("takes infinite differences for the greatest", () => {
    expect(signedRankProbability([Number.POSITIVE_INFINITY, 1, 2])).toBe(1 / 8);
    expect(signedRankProbability([Number.NEGATIVE_INFINITY, 1, 2])).toBe(5 / 8);
  });

  it("shares out probability between the two sides, this sum of ranks counted twice", () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 30 }), (differences) => {
        const [up, down] = [1, -1].map((sign) => signedRankProbability(differences.map((one) => sign * one)));
        for (const p of [up, down]) expect(p).toBeGreaterThan(0);
        for (const p of [up, down]) expect(p).toBeLessThanOrEqual(1);
        expect((up as number) + (down as number)).toBeGreaterThanOrEqual(1);
      }),
    ));
});

describe("Student's t", () => {
  it.each(golden.student)("agrees with SciPy: $degrees degrees", ({ degrees, t, cdf }) => {
    const digits = degrees > 400 ? 5 : 13;
    t.forEach((one, i) => expect(studentCdf(one, degrees)).toBeCloseTo(cdf[i] as number, digits));
  });
});
