import { readFileSync } from "node:fs";
import { createSearchSpace, type Parameter, pythonFloat, SearchSpaceError } from "@qalam/algorithms";
import { SEARCH_SPACE_ZOO } from "@qalam/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const range = (min: number, max: number, more: object = {}): Parameter =>
  ({ name: "x", type: "double", min, max, distribution: "uniform", ...more }) as Parameter;
const list = (name: string, values: readonly string[], more: object = {}): Parameter =>
  ({ name, type: "categorical", values, ...more }) as Parameter;
/** The texts of a one-parameter space at places of the unit axis. */
const texts = (parameter: Parameter, ...units: number[]): (string | undefined)[] => {
  const space = createSearchSpace([parameter]);
  return units.map((unit) => space.format(space.decode(Float64Array.of(unit)))[0]?.value);
};

describe("numbers are written as Python writes them", () => {
  const { texts: golden } = JSON.parse(readFileSync(new URL("python-floats.json", import.meta.url), "utf8"));
  it("for values of every size", () => {
    expect(golden.map((text: string) => pythonFloat(Number(text)))).toEqual(golden);
  });
  it("also when they are no numbers", () => {
    expect([Number.NaN, Infinity, -Infinity].map(pythonFloat)).toEqual(["nan", "inf", "-inf"]);
  });
});

describe("values", () => {
  it("of steps are the decimals the user meant", () => {
    const space = createSearchSpace([range(0, 1, { step: 0.1 })]);
    expect(Array.from({ length: space.size }, (_, i) => space.format(space.at(i))[0]!.value).join(" ")).toBe(
      "0.0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1.0",
    );
  });

  it.each([
    ["max not on step", range(0.1, 1, { step: 0.25 }), 4, "0.1 0.35 0.6 0.85"],
    ["negative", range(-0.3, 0, { step: 0.1 }), 4, "-0.3 -0.2 -0.1 0.0"],
    ["int with step", range(1, 10, { type: "int", step: 4 }), 3, "1 5 9"],
    ["a step wider than the range", range(2, 3, { step: 5 }), 1, "2.0"],
    ["one point", range(7, 7, { type: "int" }), 1, "7"],
    ["tiny steps", range(0, 3e-200, { step: 1e-200 }), 4, "0.0 1e-200 2e-200 3e-200"],
    ["large offsets", range(1e6, 1e6 + 0.3, { step: 0.1 }), 4, "1000000.0 1000000.1 1000000.2 1000000.3"],
    ["log steps", range(0.1, 0.4, { step: 0.1, distribution: "logUniform" }), 4, "0.1 0.2 0.3 0.4"],
  ])("%s", (_name, parameter, size, all) => {
    const space = createSearchSpace([parameter as Parameter]);
    expect(space.size).toBe(size);
    const values = Array.from({ length: space.size }, (_, i) => space.at(i));
    expect(values.map((point) => space.format(point)[0]!.value).join(" ")).toBe(all);
    for (const point of values) expect(space.decode(space.encode(point))).toEqual(point);
    const cells = Array.from({ length: 1000 }, (_, i) => space.key(space.decode(Float64Array.of((i + 0.5) / 1000))));
    expect([...new Set(cells)]).toEqual(values.map(space.key));
  });

  it("count exactly, however many there are", () => {
    const size = (min: number, max: number, step: number) => createSearchSpace([range(min, max, { step })]).size;
    expect(size(0, 1, 1e-10)).toBe(1e10 + 1);
    expect(size(0, 1, 0.3)).toBe(4);
    expect(size(-5, 5, 0.001)).toBe(10_001);
    expect(size(0, 0.7, 0.1)).toBe(8);
    expect(size(0, 1e300, 1)).toBe(Number.POSITIVE_INFINITY);
    expect(createSearchSpace([list("a", ["x", "y"]), range(1, 5, { type: "int" })]).size).toBe(10);
  });

  it("reach both ends of a range", () => {
    expect(texts(range(-2, 3), 0, 1)).toEqual(["-2.0", "3.0"]);
    expect(texts(range(1e-300, 1e300, { distribution: "logUniform" }), 0, 0.5, 1)).toEqual(["1e-300", "1.0", "1e+300"]);
    expect(texts(range(-1e308, 1e308), 0, 1)).toEqual(["-1e+308", "1e+308"]);
    expect(texts(range(1, 3, { type: "int" }), 0, 0.999999, 1)).toEqual(["1", "3", "3"]);
  });

  it("follow their distribution", () => {
    // Katib behaviour 6.4: μ in the middle, the range six σ wide; here without what lies outside.
    expect(texts(range(0, 6, { distribution: "normal" }), 0, 0.5, 1)).toEqual(["0.0", "3.0", "6.0"]);
    const [low = ""] = texts(range(0, 6, { distribution: "normal" }), 0.15866);
    expect(Number(low)).toBeCloseTo(2.004, 2);
    const [median = ""] = texts(range(1, 100, { distribution: "logNormal" }), 0.5);
    expect(Number(median)).toBeCloseTo(10, 9);
    expect(texts(range(1, 100, { distribution: "logUniform" }), 0.25)[0]).toMatch(/^3\.162277/);
  });

  it("of discrete lists stand in the order of their numbers", () => {
    const parameter = list("n", ["128", "32", "64"], { type: "discrete" });
    expect(texts(parameter, 0.1, 0.5, 0.9)).toEqual(["32", "64", "128"]);
    expect(createSearchSpace([parameter]).encode(Float64Array.of(0))[0]).toBeCloseTo(5 / 6, 12);
  });
});

describe("every space of the zoo", () => {
  const anySpace = fc.constantFrom(...SEARCH_SPACE_ZOO);
  it("comes back from text, and nearly from the cube", () => {
    fc.assert(
      fc.property(anySpace, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), ({ space }, draws) => {
        const point = space.decode(Float64Array.from({ length: space.dimension }, () => draws.next().value!));
        expect(space.parse(space.format(point))).toEqual(point);
        const back = space.decode(space.encode(point));
        const [unit, again] = [space.encode(point), space.encode(back)];
        space.counts.forEach((count, i) => {
          if (count < 1e6) expect(back[i]).toBe(point[i]);
          else expect(again[i]).toBeCloseTo(unit[i]!, 9);
        });
      }),
    );
  });

  it.each(SEARCH_SPACE_ZOO.filter(({ space }) => Number.isFinite(space.size)))(
    "numbers configurations: $name",
    ({ space }) => {
      const points = Array.from({ length: space.size }, (_, i) => space.at(i));
      expect(new Set(points.map(space.key)).size).toBe(space.size);
      for (const point of points) expect(space.parse(space.format(point))).toEqual(point);
    },
  );
});

describe("conditional parameters", () => {
  const space = createSearchSpace([
    list("model", ["svm", "tree"]),
    list("kernel", ["rbf", "linear"], { activeWhen: [{ parameter: 0, indices: [0] }] }),
    { ...range(1, 3, { type: "int", activeWhen: [{ parameter: 1, indices: [0] }] }), name: "gamma" },
  ]);
  it("are left out where their condition does not hold, and what depends on them too", () => {
    expect(space.format(space.decode(Float64Array.of(0.9, 0.1, 0.1)))).toEqual([{ name: "model", value: "tree" }]);
    expect(space.format(space.decode(Float64Array.of(0.1, 0.1, 0.5)))).toHaveLength(3);
  });
  it("count each configuration once", () => {
    expect(space.size).toBe(5);
    const all = Array.from({ length: 5 }, (_, i) =>
      space
        .format(space.at(i))
        .map(({ value }) => value)
        .join(" "),
    );
    expect(all).toEqual(["svm rbf 1", "svm rbf 2", "svm rbf 3", "svm linear", "tree"]);
  });
  it("must be given where active, and are ignored where not", () => {
    const parse = (text: string) =>
      space.parse(text.split(" ").map((pair) => ({ name: pair.split("=")[0]!, value: pair.split("=")[1]! })));
    expect(parse("model=svm kernel=linear")).toEqual(Float64Array.of(0, 1, Number.NaN));
    expect(parse("model=svm")).toBeUndefined();
    expect(parse("model=tree kernel=rbf")).toEqual(Float64Array.of(1, Number.NaN, Number.NaN));
    expect(parse("model=forest")).toBeUndefined();
    expect(parse("kernel=rbf")).toBeUndefined();
    expect(parse("model=svm kernel=rbf gamma=4")).toBeUndefined();
    expect(parse("model=svm kernel=rbf gamma=1.5")).toBeUndefined();
  });
  it("too many to count are endless", () => {
    const switches = Array.from({ length: 40 }, (_, i) => list(`s${i}`, ["a", "b"]));
    const rest = switches.map((_, i) => list(`p${i}`, ["a", "b"], { activeWhen: [{ parameter: i, indices: [0] }] }));
    expect(createSearchSpace([...switches, ...rest]).size).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("known constraints", () => {
  const sum = { coefficients: [0, 1].map((parameter) => ({ parameter, coefficient: 1 })), bound: 1 };
  it("hold up to rounding", () => {
    const space = createSearchSpace([range(0, 1), { ...range(0, 1), name: "y" }], [sum]);
    expect(space.isFeasible(Float64Array.of(0.1 + 0.2, 0.7))).toBe(true);
    expect(space.isFeasible(Float64Array.of(0.5, 0.6))).toBe(false);
  });
  it("look at the numbers of discrete lists, and at nothing that is inactive", () => {
    const space = createSearchSpace(
      [
        list("d", ["5", "0.5"], { type: "discrete" }),
        range(0, 1, { name: "y", activeWhen: [{ parameter: 0, indices: [1] }] }),
      ],
      [sum],
    );
    expect(space.isFeasible(Float64Array.of(1, 0.4))).toBe(true);
    expect(space.isFeasible(Float64Array.of(1, 0.6))).toBe(false);
    expect(space.isFeasible(Float64Array.of(0, Number.NaN))).toBe(true);
  });
});

describe("a space that makes no sense is refused with everything that is wrong", () => {
  const problemsOf = (...args: Parameters<typeof createSearchSpace>): readonly string[] => {
    try {
      createSearchSpace(...args);
    } catch (error) {
      if (error instanceof SearchSpaceError) return error.problems;
      throw error;
    }
    return [];
  };
  it("of parameters", () => {
    expect(
      problemsOf([
        range(2, 1),
        range(0, 1, { name: "log", distribution: "logUniform" }),
        range(0, 1, { name: "step", step: 0 }),
        range(0, 1, { name: "int", type: "int", step: 0.5 }),
        list("empty", []),
        list("twice", ["a", "a"]),
        list("words", ["1", "two"], { type: "discrete" }),
        range(0, 1, {
          activeWhen: [
            { parameter: 4, indices: [0] },
            { parameter: 0, indices: [0] },
            { parameter: 9, indices: [] },
          ],
        }),
      ]),
    ).toEqual([
      "x: min 2 and max 1 are no double range from low to high",
      "log: logUniform needs a min above 0, found 0; raise it or use uniform",
      "step: step 0 must be a number above 0",
      "int: step 0.5 must be a whole number above 0",
      "empty: values is empty; list the values to choose from",
      "twice: values are there twice: a",
      "words: discrete values must be numbers, found two; use categorical",
      'parameter "x" is there twice',
      "x: a condition names value 0 of empty, which has 0",
      "x: a condition looks at x, which is not discrete or categorical",
      "x: a condition names parameter 9, which must stand earlier in the list",
    ]);
  });
  it("of constraints", () => {
    const parameters = [range(1, 2), list("c", ["a"])];
    const one = (parameter: number, bound = 0) => ({ coefficients: [{ parameter, coefficient: 1 }], bound });
    expect(problemsOf(parameters, [one(0), one(1), one(5), one(0, Number.NaN), one(0, 1)])).toEqual([
      "constraint 0: cannot hold: the sum is at least 1, the bound 0",
      "constraint 1: 1 times c is no number",
      "constraint 2: 1 times parameter 5 is no number",
      "constraint 3: bound NaN is not a number",
    ]);
  });
});
