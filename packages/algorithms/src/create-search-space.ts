import { type Axis, axisOf } from "./axis.ts";
import type { LinearConstraint, Parameter, Point } from "./parameter.ts";
import type { SearchSpace } from "./search-space.ts";

/** Conditional spaces up to this many combinations are enumerated, so that they can be exhausted; larger ones count as endless. */
const MAX_ENUMERATED = 200_000;
/** Inactive parameters stand in the middle of the cube. */
const INACTIVE = 0.5;

/** Builds a search space. Conditions must name parameters that stand earlier in the list. */
export function createSearchSpace(
  parameters: readonly Parameter[],
  constraints: readonly LinearConstraint[] = [],
): SearchSpace {
  const axes = parameters.map(axisOf);
  const active = activity(parameters);
  const combinations = axes.reduce((product, { count }) => product * count, 1);
  const isConditional = parameters.some(({ activeWhen }) => activeWhen !== undefined);
  const at = (index: number): Point => active(mixedRadix(axes, index));
  const key = (point: Point) => point.join(",");
  const distinct = isConditional && combinations <= MAX_ENUMERATED ? distinctPoints(combinations, at, key) : undefined;
  return {
    parameters,
    constraints,
    dimension: parameters.length,
    size: distinct?.length ?? (isConditional ? Number.POSITIVE_INFINITY : combinations),
    decode: (unit) => active(Float64Array.from(axes, (axis, i) => axis.decode(unit[i] as number))),
    encode: (point) =>
      Float64Array.from(axes, (axis, i) => (Number.isNaN(point[i]) ? INACTIVE : axis.encode(point[i] as number))),
    key,
    isFeasible: (point) => constraints.every((constraint) => holds(constraint, parameters, point)),
    at: (index) => Float64Array.from(distinct?.[index] ?? at(index)),
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

/** Lexicographic: the last parameter changes fastest. */
function mixedRadix(axes: readonly Axis[], index: number): Point {
  const point = new Float64Array(axes.length);
  let rest = index;
  for (let i = axes.length - 1; i >= 0; i--) {
    const axis = axes[i] as Axis;
    point[i] = axis.at(rest % axis.count);
    rest = Math.floor(rest / axis.count);
  }
  return point;
}

function distinctPoints(combinations: number, at: (index: number) => Point, key: (point: Point) => string): Point[] {
  const points = new Map<string, Point>();
  for (let index = 0; index < combinations; index++) {
    const point = at(index);
    points.set(key(point), point);
  }
  return [...points.values()];
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
  const point = Float64Array.from(parameters, ({ name }, i) => {
    const text = texts.get(name);
    return text === undefined ? Number.NaN : (axes[i]?.parse(text) ?? Number.POSITIVE_INFINITY);
  });
  if (point.some((value) => value === Number.POSITIVE_INFINITY)) return undefined;
  const given = Float64Array.from(point);
  const missing = parameters.some(
    (_, i) => Number.isNaN(given[i]) && !Number.isNaN(active(Float64Array.from(point, (v, j) => (j === i ? 0 : v)))[i]),
  );
  return missing ? undefined : active(point);
}
