import { createSearchSpace, type LinearConstraint, type Parameter, type SearchSpace } from "@qalam/algorithms";

/** Search spaces that samplers tend to stumble over, one of every kind. */
export interface ZooSpace {
  readonly name: string;
  readonly space: SearchSpace;
}

const range = (
  name: string,
  min: number,
  max: number,
  more: { step?: number; distribution?: "uniform" | "logUniform" | "normal" | "logNormal"; type?: "int" } = {},
): Parameter => ({ name, type: "double", min, max, distribution: "uniform", ...more });
const int = (name: string, min: number, max: number, more: { step?: number } = {}): Parameter =>
  range(name, min, max, { ...more, type: "int" });
const category = (name: string, count: number, activeWhen?: Parameter["activeWhen"]): Parameter => ({
  name,
  type: "categorical",
  values: Array.from({ length: count }, (_, i) => `${name}${i}`),
  ...(activeWhen !== undefined && { activeWhen }),
});
const when = (parameter: Parameter, other: number, ...indices: number[]): Parameter => ({
  ...parameter,
  activeWhen: [{ parameter: other, indices }],
});
function zoo(name: string, parameters: readonly Parameter[], constraints?: readonly LinearConstraint[]): ZooSpace {
  return { name, space: createSearchSpace(parameters, constraints) };
}
/** d doubles in [-5, 5]. */
export function numericSpace(dimension: number): SearchSpace {
  return createSearchSpace(Array.from({ length: dimension }, (_, i) => range(`x${i}`, -5, 5)));
}
/** Every parameter type and distribution side by side. */
export const MIXED: ZooSpace = zoo("every type and distribution", [
  range("uniform", -1, 2),
  range("log", 1e-5, 1, { distribution: "logUniform" }),
  range("normal", 0, 10, { distribution: "normal" }),
  range("lognormal", 0.1, 100, { distribution: "logNormal" }),
  range("stepped", 0, 1, { step: 0.1 }),
  int("layers", 1, 8),
  range("width", 16, 1024, { type: "int", distribution: "logUniform" }),
  { name: "batch", type: "discrete", values: ["128", "32", "64.5"] },
  category("optimizer", 3),
]);
/** Spaces without conditions and constraints whose configurations cannot be exhausted. */
export const ENDLESS: readonly ZooSpace[] = [
  { name: "one double", space: numericSpace(1) },
  { name: "two doubles", space: numericSpace(2) },
  MIXED,
  zoo("hard ranges", [
    range("negative", -8, -3),
    range("point", 0.25, 0.25),
    range("decades", 1e-300, 1, { distribution: "logUniform" }),
    range("wide", -1e150, 1e150),
    range("tiny", 1, 1 + 4 * Number.EPSILON),
    range("normal", -1e-12, 1e12, { distribution: "normal" }),
    int("negative-int", -7, -2, { step: 2 }),
    int("huge", -9_007_199_254_740_991, 9_007_199_254_740_991),
    range("off-step", 0.1, 1, { step: 0.25 }),
    range("fine", 0, 1, { step: 1e-7 }),
    category("only", 1),
  ]),
  zoo("many categories", [category("many", 200), range("x", 0, 1)]),
];
/** Finite spaces with few enough configurations to try them all. */
export const FINITE: readonly ZooSpace[] = [
  zoo("one configuration", [int("a", 3, 3), category("b", 1)]),
  zoo("two configurations", [category("a", 2)]),
  zoo("a grid", [range("a", 0, 0.3, { step: 0.1 }), int("b", -2, 2, { step: 2 }), category("c", 2)]),
  zoo("a line", [int("a", 1, 40)]),
  zoo("a logarithmic line", [range("a", 1, 33, { type: "int", distribution: "logUniform" })]),
];
/** Spaces with conditional parameters; the last one is finite. */
export const CONDITIONAL: readonly ZooSpace[] = [
  zoo("nested conditions", [
    category("model", 3),
    when(range("rate", 1e-4, 1, { distribution: "logUniform" }), 0, 0, 1),
    when(category("booster", 2), 0, 1),
    when(range("eta", 0, 1), 2, 1),
    when(int("depth", 1, 9), 0, 2),
    range("always", 0, 1),
  ]),
  zoo("a conditional grid", [category("model", 3), when(int("a", 1, 4), 0, 0), when(category("b", 2), 0, 1, 2)]),
];
/** Spaces with known constraints: one that rejection cannot enter, and a finite one of ten feasible configurations. */
export const CONSTRAINED: readonly ZooSpace[] = [
  zoo(
    "a thin slice",
    [range("a", 0, 1), range("b", 0, 1), range("c", 0, 1), range("d", 0, 1), int("e", 0, 1000), category("f", 2)],
    [
      { coefficients: [0, 1, 2, 3].map((parameter) => ({ parameter, coefficient: 1 })), bound: 0.02 },
      {
        coefficients: [
          { parameter: 4, coefficient: -1 },
          { parameter: 0, coefficient: -1000 },
        ],
        bound: -990,
      },
    ],
  ),
  zoo(
    "a triangle of integers",
    [int("a", 0, 3), int("b", 0, 3)],
    [{ coefficients: [0, 1].map((parameter) => ({ parameter, coefficient: 1 })), bound: 3 }],
  ),
];
/** All of it. */
export const SEARCH_SPACE_ZOO: readonly ZooSpace[] = [...ENDLESS, ...FINITE, ...CONDITIONAL, ...CONSTRAINED];
