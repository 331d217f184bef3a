import { type RandomStream, shuffle } from "@qalam/numeric";
import type { LinearConstraint, Point } from "./parameter.ts";
import type { SearchSpace } from "./search-space.ts";

/** Independent starts before a space is held to have no feasible point. */
const STARTS = 64;
/** Sweeps over the coordinates that bring a start inside, and that then forget where it came from. */
const SWEEPS = 12;
/** Draws for one coordinate until one is feasible. */
const TRIES = 8;

/**
 * A draw from the prior within the known constraints, for spaces where rejection is hopeless: random starts are moved inside one coordinate at a time and then
 * mixed by Gibbs sweeps, where the allowed values of one coordinate given the others are an interval. undefined when none was found.
 */
export function feasibleDraw(space: SearchSpace, random: RandomStream): Point | undefined {
  for (let start = 0; start < STARTS; start++) {
    const unit = Float64Array.from({ length: space.dimension }, () => random.uniform());
    for (let sweep = 0; sweep < SWEEPS && !space.isFeasible(space.decode(unit)); sweep++)
      moveInside(space, unit, random);
    if (!space.isFeasible(space.decode(unit))) continue;
    for (let sweep = 0; sweep < SWEEPS; sweep++) mix(space, unit, random);
    return space.decode(unit);
  }
  return undefined;
}

/** Lowers each violated constraint by the coordinates it names, in random order. */
function moveInside(space: SearchSpace, unit: Float64Array, random: RandomStream): void {
  for (const { coefficients, bound } of shuffle([...space.constraints], random)) {
    for (const { parameter } of shuffle([...coefficients], random)) {
      const point = space.decode(unit);
      const excess = sumOf(space, coefficients, point) - bound;
      if (!(excess > 0)) break; // holds, or asks nothing
      const [low, high] = allowed(space, [{ coefficients, bound }], point, parameter);
      unit[parameter] = between(low, high, random);
    }
  }
}

/** Redraws every constrained coordinate within what the others leave it. */
function mix(space: SearchSpace, unit: Float64Array, random: RandomStream): void {
  for (let i = 0; i < space.dimension; i++) {
    const before = unit[i] as number;
    const point = space.decode(unit);
    if (Number.isNaN(point[i]) || !space.constraints.some((one) => coefficientOf(one, i) !== 0)) continue;
    const [low, high] = allowed(space, space.constraints, point, i);
    for (let attempt = 0; attempt <= TRIES; attempt++) {
      unit[i] = attempt === TRIES ? before : between(low, high, random);
      if (space.isFeasible(space.decode(unit))) break;
    }
  }
}

/** The interval of the unit axis in which a coordinate satisfies the constraints; the end that comes nearest when there is none. */
function allowed(
  space: SearchSpace,
  constraints: readonly LinearConstraint[],
  point: Point,
  i: number,
): [low: number, high: number] {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  for (const constraint of constraints) {
    const coefficient = coefficientOf(constraint, i);
    const sum = sumOf(space, constraint.coefficients, point);
    if (coefficient === 0 || Number.isNaN(sum)) continue;
    const limit = numberAt(space, point, i) + (constraint.bound - sum) / coefficient;
    if (coefficient > 0) high = Math.min(high, limit);
    else low = Math.max(low, limit);
  }
  return [unitOf(space, point, i, low, 0), unitOf(space, point, i, high, 1)];
}

function between(low: number, high: number, random: RandomStream): number {
  return Math.min(low, high) + Math.abs(high - low) * random.uniform();
}

/** Place of a value on the unit axis, `open` when it is beyond the axis. */
function unitOf(space: SearchSpace, point: Point, i: number, value: number, open: number): number {
  const parameter = space.parameters[i];
  if (parameter === undefined || !Number.isFinite(value)) return open;
  const copy = Float64Array.from(point);
  if ("values" in parameter) copy[i] = nearestIndex(parameter.values, value);
  else if (value <= parameter.min) return 0;
  else if (value >= parameter.max) return 1;
  else copy[i] = value;
  return space.encode(copy)[i] as number;
}

function nearestIndex(values: readonly string[], wanted: number): number {
  let best = 0;
  for (let i = 1; i < values.length; i++)
    if (Math.abs(Number(values[i]) - wanted) < Math.abs(Number(values[best]) - wanted)) best = i;
  return best;
}

function coefficientOf({ coefficients }: LinearConstraint, i: number): number {
  return coefficients.find(({ parameter }) => parameter === i)?.coefficient ?? 0;
}

/** NaN when a parameter is not active: then the constraint asks nothing. */
function sumOf(space: SearchSpace, coefficients: LinearConstraint["coefficients"], point: Point): number {
  let sum = 0;
  for (const { parameter, coefficient } of coefficients) sum += coefficient * numberAt(space, point, parameter);
  return sum;
}

function numberAt(space: SearchSpace, point: Point, i: number): number {
  const parameter = space.parameters[i];
  const value = point[i] as number;
  return parameter !== undefined && "values" in parameter ? Number(parameter.values[value]) : value;
}
