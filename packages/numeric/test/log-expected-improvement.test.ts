import { readFileSync } from "node:fs";
import { logImprovement, logImprovementSlope } from "@qalam/numeric";
import { describe, expect, it } from "vitest";

/** log h by mpmath with 60 digits, written by golden/make_optimisation_golden.py. */
const golden = JSON.parse(readFileSync(new URL("golden/optimisation.json", import.meta.url), "utf8")) as {
  z: number[];
  logImprovement: number[];
};

describe("log h of expected improvement", () => {
  it.each(golden.z.map((z, i) => [z, golden.logImprovement[i]!]))("at %d", (z, wanted) => {
    const found = logImprovement(z);
    expect(Math.abs(found - wanted)).toBeLessThan(2e-12 * Math.max(1, Math.abs(wanted)));
  });

  it.each([-60, -30, -7, -1.01, -1, -0.99, 0, 2, 9])("has the slope of its differences at %d", (z) => {
    const step = 1e-5 * Math.max(1, Math.abs(z));
    const difference = (logImprovement(z + step) - logImprovement(z - step)) / (2 * step);
    const slope = logImprovementSlope(z, logImprovement(z));
    expect(Math.abs(slope / difference - 1)).toBeLessThan(1e-6);
  });
});
