import { randomStream, shuffle } from "@qalam/numeric";
import { describe, expect, it } from "vitest";

function moments(draw: () => number, count = 20_000): [mean: number, variance: number] {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const value = draw();
    sum += value;
    squares += value * value;
  }
  return [sum / count, squares / count - (sum / count) ** 2];
}

describe("a random stream", () => {
  it("gives the same numbers in every version", () => {
    const stream = randomStream(42, "tpe", 7);
    expect([
      stream.uniform(),
      stream.normal(),
      stream.integer(1000),
      stream.split("x").uniform(),
    ]).toMatchInlineSnapshot(`
      [
        0.9721734463976403,
        -0.7764304085418816,
        108,
        0.20521805345944277,
      ]
    `);
  });

  it("is uniform", () => {
    const stream = randomStream(1);
    const [mean, variance] = moments(() => stream.uniform());
    expect(mean).toBeCloseTo(0.5, 2);
    expect(variance).toBeCloseTo(1 / 12, 2);
  });

  it("is normal", () => {
    const stream = randomStream(2);
    const [mean, variance] = moments(() => stream.normal());
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
  });

  it("draws integers from all of a range evenly", () => {
    const stream = randomStream(3);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 7000; i++) counts[stream.integer(7)]!++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it("differs by every label, also in its first numbers", () => {
    const names: (string | number)[][] = [[], [0], [1], ["0", 0], ["00"], ["a", "b"], ["ab"], ["b", "a"]];
    const firsts = names.map((labels) => randomStream(5, ...labels).uniform());
    expect(new Set(firsts).size).toBe(names.length - 0);
    const [mean, variance] = moments(() => firstOf(next++), 5000);
    expect(mean).toBeCloseTo(0.5, 1);
    expect(variance).toBeCloseTo(1 / 12, 1);
  });

  it("splits into streams that do not depend on what was drawn", () => {
    const a = randomStream(9);
    const b = randomStream(9);
    a.uniform();
    expect(a.split("x").uniform()).toBe(b.split("x").uniform());
    expect(a.split("x").uniform()).not.toBe(a.split("y").uniform());
  });

  it("shuffles into every order", () => {
    const orders = new Set(Array.from({ length: 300 }, (_, i) => shuffle([1, 2, 3, 4], randomStream(i)).join("")));
    expect(orders.size).toBe(24);
  });
});

let next = 0;
function firstOf(seed: number): number {
  return randomStream(seed, "first").uniform();
}
