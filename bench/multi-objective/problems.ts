import { createSearchSpace, hypervolume, type Parameter, type Point, type SearchSpace } from "@qalam/algorithms";

/** Trade-offs to minimise, written as a tuning space. */
export interface Problem {
  readonly name: string;
  readonly space: SearchSpace;
  readonly objectives: number;
  /** Volumes are measured up to here. */
  readonly reference: readonly number[];
  /** Volume of the true front. */
  readonly best: number;
  evaluate(point: Point): number[];
}

/** Points of a true front that stand for all of it. */
const FRONT_POINTS = 20_000;
const ZDT_REFERENCE = [1.1, 6];

/**
 * ZDT1 to ZDT3 (Zitzler, Deb and Thiele 2000): f₁ = x₁, f₂ = g·h(f₁/g, f₁) with g = 1 + 9·mean of the other x; on the front they are all 0.
 * @param parameters of the x, mapped to 0 … 1
 */
function zdt(name: string, parameters: readonly Parameter[], h: (share: number, one: number) => number): Problem {
  const space = createSearchSpace(parameters);
  const front = Array.from({ length: FRONT_POINTS }, (_, i) => i / (FRONT_POINTS - 1)).map((one) => [one, h(one, one)]);
  return {
    name,
    space,
    objectives: 2,
    reference: ZDT_REFERENCE,
    best: hypervolume(front, ZDT_REFERENCE),
    evaluate(point) {
      const [one = 0, ...rest] = unitOf(space, point);
      const g = 1 + (9 * rest.reduce((sum, x) => sum + x, 0)) / rest.length;
      return [one, g * h(one / g, one)];
    },
  };
}

/** DTLZ2 (Deb, Thiele, Laumanns and Zitzler 2002): the front is the part of the unit sphere where no loss is negative. */
function dtlz2(objectives: number, dimension: number): Problem {
  const space = createSearchSpace(doubles(dimension));
  const reference = new Array<number>(objectives).fill(2);
  return {
    name: `dtlz2, ${objectives} objectives`,
    space,
    objectives,
    reference,
    // The cube without the part of the unit ball in it: π/4, π/6, π²/32.
    best: 2 ** objectives - ([0, 1, Math.PI / 4, Math.PI / 6, Math.PI ** 2 / 32][objectives] as number),
    evaluate(point) {
      const angles = [...point.slice(0, objectives - 1)].map((x) => (x * Math.PI) / 2);
      const g = point.slice(objectives - 1).reduce((sum, x) => sum + (x - 0.5) ** 2, 0);
      return Array.from({ length: objectives }, (_, j) => {
        const cosines = angles.slice(0, objectives - 1 - j).reduce((product, angle) => product * Math.cos(angle), 1);
        return (1 + g) * cosines * (j === 0 ? 1 : Math.sin(angles[objectives - 1 - j] as number));
      });
    },
  };
}

function doubles(count: number): Parameter[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `x${i + 1}`,
    type: "double",
    min: 0,
    max: 1,
    distribution: "uniform",
  }));
}

/** Spaces as trainings have them: logarithmic, whole and listed values. */
const TUNING: readonly Parameter[] = [
  { name: "learningRate", type: "double", min: 1e-5, max: 1e-1, distribution: "logUniform" },
  { name: "dropout", type: "double", min: 0, max: 0.6, distribution: "uniform" },
  { name: "units", type: "int", min: 16, max: 512, distribution: "logUniform" },
  { name: "layers", type: "int", min: 1, max: 6, distribution: "uniform" },
  { name: "batch", type: "discrete", values: ["16", "32", "64", "128"] },
  { name: "optimizer", type: "categorical", values: ["adam", "sgd", "rmsprop"] },
];

/** Each parameter's place between its first value, 0, and its last, 1. */
function unitOf(space: SearchSpace, point: Point): number[] {
  const unit = space.encode(point);
  return Array.from(unit, (x, i) => {
    const margin = 0.5 / (space.counts[i] as number);
    return Math.min(1, Math.max(0, (x - margin) / (1 - 2 * margin)));
  });
}

const CONCAVE = (share: number) => 1 - share ** 2;

export const PROBLEMS: readonly Problem[] = [
  zdt("zdt1", doubles(6), (share) => 1 - Math.sqrt(share)),
  zdt("zdt2", doubles(6), CONCAVE),
  zdt("zdt3", doubles(6), (share, one) => 1 - Math.sqrt(share) - share * Math.sin(10 * Math.PI * one)),
  zdt("zdt2, tuning space", TUNING, CONCAVE),
  dtlz2(2, 6),
  dtlz2(3, 6),
  dtlz2(4, 8),
];
