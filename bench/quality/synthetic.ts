import type { Point } from "@qalam/algorithms";
import { randomStream } from "@qalam/numeric";
import type { SpaceEntry } from "./benchmark-data.ts";
import { hartmann3, hartmann6 } from "./hartmann.ts";

/** A made-up problem with a shape that tables and test functions of numbers lack. */
export interface Synthetic {
  readonly space: readonly SpaceEntry[];
  readonly optimum: number;
  /** @param point values by parameter, NaN where not active */
  value(point: Point): number;
  /** Standard deviation of what is measured around the value; absent: none. */
  readonly noise?: number;
}

const real = (name: string, low: number, high: number, log = false): SpaceEntry => ({
  name,
  kind: "f",
  low,
  high,
  log,
});
const whole = (name: string, low: number, high: number, log = false): SpaceEntry => ({
  name,
  kind: "I",
  low,
  high,
  log,
});

/** Place of a value on its axis, 0 … 1. */
function place({ low = 0, high = 1, n, log }: SpaceEntry, value: number): number {
  if (n !== undefined) return value / (n - 1);
  return log === true ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

const MODELS = ["linear", "svm", "boosting", "network"];
const of = (model: string, entry: SpaceEntry): SpaceEntry => ({ ...entry, parent: "model", values: [model] });

/** A choice of model, each with settings of its own; the best model pays only when its settings are right. */
const conditional: Synthetic = (() => {
  const space: SpaceEntry[] = [
    { name: "model", kind: "c", n: 4, choices: MODELS },
    { name: "scaling", kind: "c", n: 3, choices: ["none", "standard", "quantile"] },
    of("linear", real("alpha", 1e-6, 1e2, true)),
    of("svm", real("cost", 1e-3, 1e3, true)),
    of("svm", real("gamma", 1e-5, 10, true)),
    of("boosting", whole("trees", 10, 1000, true)),
    of("boosting", whole("depth", 1, 12)),
    of("boosting", real("rate", 1e-3, 1, true)),
    of("boosting", real("subsample", 0.3, 1)),
    of("network", { name: "layers", kind: "i", n: 4 }),
    of("network", whole("width", 8, 512, true)),
    of("network", real("learning_rate", 1e-5, 0.1, true)),
    of("network", real("dropout", 0, 0.8)),
    of("network", real("decay", 1e-7, 0.1, true)),
  ];
  const losses: readonly ((u: readonly number[]) => number)[] = [
    (u) => 0.3 + 0.5 * (u[2]! - 0.6) ** 2,
    (u) => 0.12 + 1.5 * (u[3]! + u[4]! - 1.1) ** 2 + 0.3 * (u[4]! - 0.4) ** 2,
    (u) => 0.05 + (u[5]! + u[7]! - 1.2) ** 2 + 0.4 * (u[6]! - 0.45) ** 2 + 0.1 * (u[8]! - 0.7) ** 2,
    (u) =>
      0.3 * (u[9]! - 2 / 3) ** 2 +
      0.3 * (u[10]! - 0.8) ** 2 +
      3 * (u[11]! - 0.55) ** 2 +
      0.3 * (u[12]! - 0.3) ** 2 +
      0.2 * (u[13]! - 0.5) ** 2,
  ];
  return {
    space,
    // The width 217.5 of u = 0.8 is not whole: its neighbours cost less than 1e-6.
    optimum: 0,
    value(point) {
      const u = space.map((entry, i) => place(entry, point[i] as number));
      const [model = 0, scaling = 0] = point;
      const cost = [0.15, 0, 0.04][scaling]! * [1, 2, 0.2, 1][model]!;
      return losses[model]!(u) + cost;
    },
  };
})();

/** Lists only: effects of single choices and of pairs. */
const categories: Synthetic = (() => {
  const counts = [2, 3, 4, 5, 6, 3, 4, 8];
  const random = randomStream(1, "categories");
  const single = counts.map((n) => Array.from({ length: n }, () => random.normal()));
  const pairs = counts.flatMap((n, a) =>
    counts.slice(a + 1).map((m, b) => ({
      a,
      b: a + 1 + b,
      effects: Array.from({ length: n * m }, () => 0.3 * random.normal()),
      width: m,
    })),
  );
  const value = (point: ArrayLike<number>) =>
    single.reduce((sum, effects, i) => sum + effects[point[i]!]!, 0) +
    pairs.reduce((sum, { a, b, effects, width }) => sum + effects[point[a]! * width + point[b]!]!, 0);
  let optimum = Number.POSITIVE_INFINITY;
  const point = new Float64Array(counts.length);
  const visit = (i: number) => {
    if (i === counts.length) optimum = Math.min(optimum, value(point));
    for (let k = 0; k < (counts[i] ?? 0); k++) {
      point[i] = k;
      visit(i + 1);
    }
  };
  visit(0);
  return { space: counts.map((n, i) => ({ name: `c${i}`, kind: "c" as const, n })), optimum, value };
})();

/** Whole numbers on several scales, with jumps. */
const ordinal: Synthetic = (() => {
  const space: SpaceEntry[] = [
    whole("units", 1, 64, true),
    whole("heads", 1, 16),
    { name: "kernel", kind: "i", n: 10 },
    whole("batch", 16, 1024, true),
    { name: "layers", kind: "i", n: 5 },
    whole("patience", 1, 100),
  ];
  const best = [20, 12, 3, 128, 2, 34];
  const weights = [2, 1, 1, 1.5, 0.7, 0.2];
  const target = best.map((value, i) => place(space[i] as SpaceEntry, value));
  return {
    space,
    optimum: 0,
    value(point) {
      const u = space.map((entry, i) => place(entry, point[i] as number));
      const away = u.map((x, i) => Math.abs(x - target[i]!));
      const smooth = away.reduce((sum, x, i) => sum + weights[i]! * x ** 1.5, 0);
      return smooth + 0.1 * Math.floor(4 * away[0]! + 3 * away[3]!) + 0.5 * away[1]! * away[4]!;
    },
  };
})();

/** A valley whose measurements scatter: by a tenth of the distance between a random draw and the optimum. */
const noise: Synthetic = {
  space: ["a", "b", "c", "d", "e"].map((name) => real(name, 0, 1)),
  optimum: 0,
  value: ([a = 0, b = 0, c = 0, d = 0, e = 0]) =>
    3 * (a - 0.7) ** 2 + 2 * (b - a * a) ** 2 + (c - 0.25) ** 2 + 0.5 * Math.abs(d - 0.6) + 0.1 * (e - 0.5) ** 2,
  noise: 0.1,
};

/** Training that fails for most learning rates, with the loss of guessing whatever else is chosen. */
const divergence: Synthetic = (() => {
  const space = [
    real("learning_rate", 1e-6, 10, true),
    real("momentum", 0, 0.99),
    whole("batch", 8, 1024, true),
    real("decay", 1e-8, 1e-1, true),
    whole("width", 16, 1024, true),
    real("dropout", 0, 0.9),
  ];
  return {
    space,
    optimum: 0.05,
    value(point) {
      const [rate = 0, momentum = 0, batch = 1, decay = 0, width = 1, dropout = 0] = point;
      const step = Math.log10(rate / (1 - momentum) / Math.sqrt(batch / 64));
      if (step > 0 || step < -4.5) return 2.3;
      const u = { decay: Math.log10(decay) + 4, width: Math.log2(width) - 8 };
      const loss =
        0.05 + 0.12 * (step + 1.5) ** 2 + 0.03 * u.decay ** 2 + 0.04 * u.width ** 2 + 0.8 * (dropout - 0.25) ** 2;
      return Math.min(2.3, loss);
    },
  };
})();

/** Twenty parameters of which three matter. */
const embedded: Synthetic = {
  space: Array.from({ length: 20 }, (_, i) => real(`x${i}`, 0, 1)),
  optimum: hartmann3.optimum,
  value: (point) => hartmann3.value([point[3]!, point[10]!, point[16]!]),
};

const hartmann: Synthetic = {
  space: Array.from({ length: 6 }, (_, i) => real(`x${i}`, 0, 1)),
  optimum: hartmann6.optimum,
  value: (point) => hartmann6.value(point),
};

/** By name. */
export const SYNTHETIC: Readonly<Record<string, Synthetic>> = {
  conditional,
  categories,
  ordinal,
  noise,
  divergence,
  embedded,
  hartmann,
};
