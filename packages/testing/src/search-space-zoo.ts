import { createSearchSpace, type Parameter, type SearchSpace } from "@qalam/algorithms";

const double = (name: string, min: number, max: number, more: object = {}): Parameter => ({
  name,
  type: "double",
  min,
  max,
  distribution: "uniform",
  ...more,
});
const int = (name: string, min: number, max: number, more: object = {}): Parameter => ({
  name,
  type: "int",
  min,
  max,
  distribution: "uniform",
  ...more,
});
const list = (name: string, ...values: string[]): Parameter => ({ name, type: "categorical", values });

/** Search spaces that find faults: ordinary, finite, hard ranges, conditional, wide. */
export const ZOO: Readonly<Record<string, SearchSpace>> = {
  mixed: createSearchSpace([
    double("lr", 1e-5, 1, { distribution: "logUniform" }),
    int("layers", 1, 8),
    list("optimizer", "adam", "sgd", "rmsprop"),
  ]),
  finite: createSearchSpace([int("a", 1, 3), double("b", -0.2, 0.2, { step: 0.1 }), list("c", "x", "y")]),
  "one point": createSearchSpace([int("a", 5, 5), double("b", 0.25, 0.25), list("c", "only")]),
  "hard ranges": createSearchSpace([
    double("negative", -10, -1),
    double("crossing", -1e-3, 1e3),
    double("wide", 1e-150, 1e150, { distribution: "logUniform" }),
    double("huge", -1e308, 1e308),
    int("off step", 1, 10, { step: 4 }),
  ]),
  distributions: createSearchSpace([
    double("n", 0, 10, { distribution: "normal" }),
    double("ln", 1, 100, { distribution: "logNormal" }),
    int("i", 1, 100, { distribution: "logUniform" }),
    double("s", 0.1, 1, { step: 0.1, distribution: "logUniform" }),
  ]),
  conditional: createSearchSpace([
    list("model", "tree", "net"),
    int("depth", 1, 3, { activeWhen: [{ parameter: 0, indices: [0] }] }),
    int("units", 1, 2, { activeWhen: [{ parameter: 0, indices: [1] }] }),
  ]),
  constrained: createSearchSpace(
    [int("a", 0, 4), int("b", 0, 4)],
    [
      {
        coefficients: [
          { parameter: 0, coefficient: 1 },
          { parameter: 1, coefficient: 1 },
        ],
        bound: 4,
      },
    ],
  ),
  "many dimensions": createSearchSpace(Array.from({ length: 200 }, (_, i) => double(`x${i}`, 0, 1))),
};
