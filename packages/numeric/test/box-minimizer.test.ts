import { readFileSync } from "node:fs";
import { BoxMinimizer, type Differentiable } from "@qalam/numeric";
import { describe, expect, it } from "vitest";

/** Minima that SciPy's L-BFGS-B finds, written by golden/make_optimisation_golden.py. */
const { minima } = JSON.parse(readFileSync(new URL("golden/optimisation.json", import.meta.url), "utf8")) as {
  minima: { start: number[]; bounds: [number, number][]; x: number[]; value: number }[];
};

const rosenbrock: Differentiable = (x, gradient) => {
  gradient.fill(0);
  let sum = 0;
  for (let i = 0; i + 1 < x.length; i++) {
    const a = x[i + 1]! - x[i]! ** 2;
    const b = 1 - x[i]!;
    sum += 100 * a * a + b * b;
    gradient[i] = gradient[i]! - 400 * a * x[i]! - 2 * b;
    gradient[i + 1] = gradient[i + 1]! + 200 * a;
  }
  return sum;
};
const EXACT = { iterations: 2000, gradientTolerance: 1e-9, valueTolerance: 0 };

describe("L-BFGS in a box", () => {
  it.each(minima)("finds SciPy's minimum from $start", ({ start, bounds, x, value }) => {
    const found = Float64Array.from(start);
    const low = Float64Array.from(bounds, ([a]) => a);
    const high = Float64Array.from(bounds, ([, b]) => b);
    const minimizer = new BoxMinimizer(start.length);
    const least = minimizer.minimize(rosenbrock, found, low, high, EXACT);
    expect(Math.abs(least - value)).toBeLessThan(1e-9 * Math.max(1, Math.abs(value)));
    x.forEach((wanted, i) => {
      expect(Math.abs(found[i]! - wanted)).toBeLessThan(1e-4);
    });
    expect(minimizer.evaluations).toBeLessThan(300);
  });

  it("moves a start outside to the box, and stays where every way out is shut", () => {
    const x = Float64Array.of(7, -7);
    const value = new BoxMinimizer(2).minimize(
      (point, gradient) => {
        gradient[0] = -1;
        gradient[1] = 1;
        return point[1]! - point[0]!;
      },
      x,
      Float64Array.of(0, 0),
      Float64Array.of(1, 1),
      EXACT,
    );
    expect([...x, value]).toEqual([1, 0, -1]);
  });

  it("steps back from where the function is not a number", () => {
    const x = Float64Array.of(0.1);
    const f: Differentiable = ([at = 0], gradient) => {
      gradient[0] = -1 + 1 / (at < 2 ? 2 - at : Number.NaN);
      return at < 2 ? -at - Math.log(2 - at) : Number.NaN;
    };
    new BoxMinimizer(1).minimize(f, x, Float64Array.of(0), Float64Array.of(10), EXACT);
    expect(x[0]).toBeCloseTo(1, 4);
  });

  it("serves one problem after the other", () => {
    const minimizer = new BoxMinimizer(2);
    const solve = () => {
      const x = Float64Array.of(-1.2, 1);
      minimizer.minimize(rosenbrock, x, Float64Array.of(-2, -2), Float64Array.of(2, 2), EXACT);
      return [...x];
    };
    expect(solve()).toEqual(solve());
  });
});
