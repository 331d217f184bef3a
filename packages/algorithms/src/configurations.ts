import type { Axis } from "./axis.ts";
import type { Parameter, Point } from "./parameter.ts";

/** Conditional spaces with more combinations of switching parameters than this count as endless: nobody exhausts them. */
const MAX_BRANCHES = 100_000;

/** The distinct configurations of a space, numbered. */
export interface Configurations {
  /** Infinity when a parameter is continuous. */
  readonly size: number;
  /** 0 ≤ index < size; only of a finite space. */
  at(index: number): Point;
}

/** Counts configurations. Of a conditional space each is counted once, whatever its inactive parameters would be. */
export function configurationsOf(parameters: readonly Parameter[], axes: readonly Axis[]): Configurations {
  const all = parameters.map((_, i) => i);
  if (parameters.every(({ activeWhen }) => activeWhen === undefined))
    return {
      size: product(all, axes),
      at: (index) => mixedRadix(all, axes, index, new Float64Array(axes.length)),
    };
  const branches = branchesOf(parameters, axes);
  const ends = new Float64Array(branches.length);
  let size = branches.length === 0 ? Number.POSITIVE_INFINITY : 0;
  branches.forEach(({ free }, i) => {
    size += product(free, axes);
    ends[i] = size;
  });
  return {
    size,
    at: (index) => {
      const i = firstAbove(ends, index);
      const { free, fixed } = branches[i] as Branch;
      return mixedRadix(free, axes, index - (ends[i - 1] ?? 0), Float64Array.from(fixed));
    },
  };
}

/** One assignment of the parameters that others depend on: the parameters that are still free, and a point with the rest (NaN: inactive). */
interface Branch {
  readonly free: readonly number[];
  readonly fixed: Point;
}

/** Empty when there are too many. */
function branchesOf(parameters: readonly Parameter[], axes: readonly Axis[]): Branch[] {
  const switches = new Set(parameters.flatMap(({ activeWhen = [] }) => activeWhen.map(({ parameter }) => parameter)));
  let branches: Branch[] = [{ free: [], fixed: new Float64Array(parameters.length) }];
  parameters.forEach(({ activeWhen }, i) => {
    const count = switches.has(i) ? (axes[i] as Axis).count : 1;
    if (branches.length * count > MAX_BRANCHES) branches = [];
    branches = branches.flatMap(({ free, fixed }): Branch[] => {
      const isActive =
        activeWhen?.every(({ parameter, indices }) => indices.includes(fixed[parameter] as number)) ?? true;
      if (!isActive) return [{ free, fixed: replaced(fixed, i, Number.NaN) }];
      if (!switches.has(i)) return [{ free: [...free, i], fixed }];
      return Array.from({ length: count }, (_, index) => ({
        free,
        fixed: replaced(fixed, i, (axes[i] as Axis).at(index)),
      }));
    });
  });
  return branches;
}

function replaced(point: Point, i: number, value: number): Point {
  const copy = Float64Array.from(point);
  copy[i] = value;
  return copy;
}

function product(indices: readonly number[], axes: readonly Axis[]): number {
  return indices.reduce((size, i) => size * (axes[i] as Axis).count, 1);
}

/** Lexicographic: the last parameter changes fastest. Writes into and returns the point. */
function mixedRadix(indices: readonly number[], axes: readonly Axis[], index: number, point: Point): Point {
  let rest = index;
  for (let k = indices.length - 1; k >= 0; k--) {
    const i = indices[k] as number;
    const axis = axes[i] as Axis;
    point[i] = axis.at(rest % axis.count);
    rest = Math.floor(rest / axis.count);
  }
  return point;
}

/** Position of the first element above a value in an ascending array. */
function firstAbove(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
