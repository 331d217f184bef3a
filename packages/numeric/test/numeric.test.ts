import { describe, expect, it } from "vitest";
import { logNormalCdf, normalCdf, normalQuantile, randomStream, SobolSequence } from "../src/index.ts";

describe("normal distribution, against Python 3.11's math.erfc", () => {
  it.each([
    [-5, 2.866515718791946e-7],
    [-10, 7.619853024160593e-24],
    [0.3, 0.6179114221889526],
    [3, 0.9986501019683699],
    [0, 0.5],
  ])("cdf(%d)", (x, p) => expect(normalCdf(x) / p).toBeCloseTo(1, 12));
  it("log cdf stays finite where the cdf underflows", () => {
    expect(logNormalCdf(-40)).toBeCloseTo(-804.6084420137538, 9);
    expect(logNormalCdf(-1.5)).toBeCloseTo(Math.log(normalCdf(-1.5)), 12);
  });
  it.each([1e-20, 1e-6, 0.01, 0.3, 0.5, 0.9, 0.9999])("the quantile inverts the cdf at %d", (p) =>
    expect(normalCdf(normalQuantile(p)) / p).toBeCloseTo(1, 10),
  );
});

describe("Sobol sequence", () => {
  it("has the published points of new-joe-kuo-6", () => {
    const sequence = new SobolSequence(4);
    expect([0, 1, 2, 3, 4].map((i) => [...sequence.point(i)])).toEqual([
      [0, 0, 0, 0],
      [0.5, 0.5, 0.5, 0.5],
      [0.75, 0.25, 0.25, 0.25],
      [0.25, 0.75, 0.75, 0.75],
      [0.375, 0.375, 0.625, 0.875],
    ]);
  });
  it.each([
    ["plain", undefined],
    ["scrambled", randomStream(5)],
  ])("puts one of 256 points into each of 256 slices of every one of 1,024 dimensions (%s)", (_name, random) => {
    const sequence = new SobolSequence(1024, random);
    const points = Array.from({ length: 256 }, (_, i) => sequence.point(i));
    for (let d = 0; d < 1024; d += 31)
      expect(new Set(points.map((point) => Math.floor((point[d] as number) * 256))).size).toBe(256);
  });
});

describe("random streams", () => {
  it("are the same for the same names, other for others", () => {
    const draw = (...names: (string | number)[]) => {
      const stream = randomStream(1, ...names);
      return [stream.uniform(), stream.uniform()];
    };
    expect(draw("a", 1)).toEqual(draw("a", 1));
    expect(draw("a", 1)).not.toEqual(draw("a", 2));
    expect(randomStream(1).split("x").uniform()).toBe(randomStream(1).split("x").uniform());
  });
  it("pins its values across versions", () => {
    const stream = randomStream(42, "a", 3);
    expect([stream.uniform(), stream.normal(), stream.integer(10)]).toEqual([
      0.5611512413528896, -1.8311010151873037, 8,
    ]);
  });
  it("are uniform and normal", () => {
    const stream = randomStream(9);
    const draws = Array.from({ length: 20_000 }, () => [stream.uniform(), stream.normal()] as const);
    const mean = (of: (draw: readonly [number, number]) => number) =>
      draws.reduce((sum, draw) => sum + of(draw), 0) / draws.length;
    expect(mean(([u]) => u)).toBeCloseTo(0.5, 1);
    expect(mean(([u]) => u * u)).toBeCloseTo(1 / 3, 1);
    expect(mean(([, z]) => z)).toBeCloseTo(0, 1);
    expect(mean(([, z]) => z * z)).toBeCloseTo(1, 1);
  });
});
