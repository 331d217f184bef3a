import { type Axis, axisOf } from "./axis.ts";
import { configurationsOf } from "./configurations.ts";
import type { LinearConstraint, Parameter, Point } from "./parameter.ts";
import type { SearchSpace } from "./search-space.ts";
import { SearchSpaceError, searchSpaceProblems } from "./search-space-problems.ts";

/** Inactive parameters stand in the middle of the cube. */
const INACTIVE = 0.5;

/**
 * Builds a search space. Conditions must name parameters that stand earlier in the list.
 * @throws SearchSpaceError with everything that is wrong
 */
export function createSearchSpace(
  parameters: readonly Parameter[],
  constraints: readonly LinearConstraint[] = [],
): SearchSpace {
  const problems = searchSpaceProblems(parameters, constraints);
  if (problems.length > 0) throw new SearchSpaceError(problems);
  const axes = parameters.map(axisOf);
  const active = activity(parameters);
  const { size, at } = configurationsOf(parameters, axes);
  return {
    parameters,
    constraints,
    dimension: parameters.length,
    counts: axes.map(({ count }) => count),
    size,
    decode: (unit) => active(Float64Array.from(axes, (axis, i) => axis.decode(unit[i] as number))),
    encode: (point) =>
      Float64Array.from(axes, (axis, i) => (Number.isNaN(point[i]) ? INACTIVE : axis.encode(point[i] as number))),
    key: (point) => point.join(","),
    isFeasible: (point) => constraints.every((constraint) => holds(constraint, parameters, point)),
    at,
    format: (point) =>
      parameters.flatMap(({ name }, i) =>
        Number.isNaN(point[i]) ? [] : [{ name, value: (axes[i] as Axis).format(point[i] as number) }],
      ),
    parse: (assignments) => parsePoint(parameters, axes, active, assignments),
  };
}

/** Sets parameters whose conditions do not hold to NaN, in place. */
function activity(parameters: readonly Parameter[]): (point: Point) => Point {
  const conditional = parameters.flatMap(({ activeWhen }, i) => (activeWhen === undefined ? [] : [{ i, activeWhen }]));
  return (point) => {
    for (const { i, activeWhen } of conditional)
      if (!activeWhen.every(({ parameter, indices }) => indices.includes(point[parameter] as number)))
        point[i] = Number.NaN;
    return point;
  };
}

function holds({ coefficients, bound }: LinearConstraint, parameters: readonly Parameter[], point: Point): boolean {
  let sum = 0;
  for (const { parameter, coefficient } of coefficients) {
    const value = numberOf(parameters[parameter], point[parameter] as number);
    if (Number.isNaN(value)) return true; // a constraint on a parameter that is not active asks nothing
    sum += coefficient * value;
  }
  return sum <= bound + 1e-9 * Math.max(1, Math.abs(bound));
}

/** The number a value stands for: list parameters hold indexes. */
function numberOf(parameter: Parameter | undefined, value: number): number {
  if (parameter === undefined || Number.isNaN(value)) return Number.NaN;
  return "values" in parameter ? Number(parameter.values[value]) : value;
}

function parsePoint(
  parameters: readonly Parameter[],
  axes: readonly Axis[],
  active: (point: Point) => Point,
  assignments: readonly { name: string; value: string }[],
): Point | undefined {
  const texts = new Map(assignments.map(({ name, value }) => [name, value]));
  const point = new Float64Array(parameters.length);
  const missing: number[] = [];
  for (const [i, { name }] of parameters.entries()) {
    const text = texts.get(name);
    const value = text === undefined ? undefined : axes[i]?.parse(text);
    if (text !== undefined && value === undefined) return undefined;
    if (value === undefined) missing.push(i);
    point[i] = value ?? 0;
  }
  active(point);
  // What is missing must be inactive. A missing switch stands at index 0 until here, but then it is active and reported itself.
  return missing.some((i) => !Number.isNaN(point[i])) ? undefined : point;
}
