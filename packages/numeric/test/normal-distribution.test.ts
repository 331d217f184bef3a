import { readFileSync } from "node:fs";
import {
  erf,
  erfc,
  erfcx,
  logNormalCdf,
  logNormalMass,
  normalCdf,
  normalQuantile,
  normalQuantileOfLog,
  truncatedNormalLogPdf,
  truncatedNormalQuantile,
} from "@qalam/numeric";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

/** Values of SciPy 1.17.1, written by golden/make_golden.py. */
const golden = JSON.parse(readFileSync(new URL("golden/scipy.json", import.meta.url), "utf8"));

/** Largest relative difference. */
function difference(found: readonly number[], wanted: readonly number[]): number {
  return Math.max(
    ...found.map((value, i) =>
      value === wanted[i] ? 0 : Math.abs(value - wanted[i]!) / Math.max(Math.abs(wanted[i]!), 1e-300),
    ),
  );
}

describe("the normal distribution agrees with SciPy", () => {
  const x: number[] = golden.x;
  it.each([
    ["erf", x.map(erf), golden.erf, 4e-16],
    ["erfc", x.map(erfc), golden.erfc, 1e-14],
    ["erfcx", x.map((value) => erfcx(Math.abs(value))), golden.erfcxAbs, 1e-15],
    ["cdf", x.map(normalCdf), golden.cdf, 2e-13],
    ["log cdf", x.map(logNormalCdf), golden.logCdf, 1e-12],
    ["quantile", golden.p.map(normalQuantile), golden.quantile, 1e-12],
    ["quantile of a logarithm", golden.logP.map(normalQuantileOfLog), golden.quantileOfLog, 1e-12],
  ])("%s", (_name, found, wanted, tolerance) => {
    expect(difference(found, wanted)).toBeLessThan(tolerance);
  });

  it.each(
    golden.truncated as {
      box: [number, number, number, number];
      quantiles: number[];
      points: number[];
      logpdf: number[];
    }[],
  )("truncated to $box", ({ box, quantiles, points, logpdf }) => {
    const [low, high] = box;
    const found = (golden.u as number[]).map((u) => truncatedNormalQuantile(u, ...box));
    found.forEach((value, i) => expect(Math.abs(value - quantiles[i]!)).toBeLessThan(1e-9 * (high - low)));
    expect(
      difference(
        points.map((point) => truncatedNormalLogPdf(point, ...box)),
        logpdf,
      ),
    ).toBeLessThan(1e-12);
  });

  it("has limits", () => {
    expect([normalQuantile(0), normalQuantile(1), normalQuantile(-1), normalQuantile(2)]).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      Number.NaN,
      Number.NaN,
    ]);
    expect([normalQuantileOfLog(0), normalQuantileOfLog(Number.NEGATIVE_INFINITY), normalQuantileOfLog(1)]).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    ]);
    expect([normalCdf(Number.NEGATIVE_INFINITY), normalCdf(Number.POSITIVE_INFINITY)]).toEqual([0, 1]);
    expect(truncatedNormalLogPdf(2, 0, 1, 0.5, 1)).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("properties", () => {
  const anywhere = fc.double({ min: -50, max: 50, noNaN: true });

  it("a quantile undoes the cumulative function", () => {
    fc.assert(
      fc.property(fc.double({ min: -37, max: 37, noNaN: true }), (x) => {
        expect(normalQuantileOfLog(logNormalCdf(-Math.abs(x)))).toBeCloseTo(-Math.abs(x), 9);
      }),
    );
  });

  it("the mass of an interval is that of its mirror image, and adds up", () => {
    fc.assert(
      fc.property(anywhere, anywhere, anywhere, (...ends) => {
        const [a = 0, b = 0, c = 0] = ends.sort((x, y) => x - y);
        expect(logNormalMass(a, b)).toBeCloseTo(logNormalMass(-b, -a), 10);
        const whole = logNormalMass(a, c);
        const parts = Math.exp(logNormalMass(a, b) - whole) + Math.exp(logNormalMass(b, c) - whole);
        if (Number.isFinite(whole)) expect(parts).toBeCloseTo(1, 8);
      }),
    );
  });

  it("a truncated draw stays inside and grows with u", () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    const scale = fc.double({ min: 1e-6, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(unit, unit, anywhere, scale, (u, v, mean, deviation) => {
        const low = truncatedNormalQuantile(Math.min(u, v), -1, 2, mean, deviation);
        const high = truncatedNormalQuantile(Math.max(u, v), -1, 2, mean, deviation);
        expect(low).toBeGreaterThanOrEqual(-1);
        expect(high).toBeLessThanOrEqual(2);
        expect(high - low).toBeGreaterThanOrEqual(-1e-9);
      }),
    );
  });
});
