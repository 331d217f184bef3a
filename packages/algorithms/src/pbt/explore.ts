import type { RandomStream } from "@qalam/numeric";
import type { Parameter, Point } from "../parameter.ts";
import type { SearchSpace } from "../search-space.ts";

/** A number becomes this many times as large (Jaderberg et al. 2017, section 4.1). */
const FACTORS = [0.8, 1.2] as const;
/** Where no factor changes anything, at zero: this share of the range. */
const NUDGE = 0.05;
/** Draws until one is feasible. */
const MAX_DRAWS = 100;

/**
 * Varies every parameter of a point: with the given chance a draw from the prior, else a number is multiplied by 0.8 or 1.2, by one step at least, and a list moves to
 * a neighbour, categories around the end. The point itself when no variation is feasible.
 */
export function explore(space: SearchSpace, point: Point, resampling: number, random: RandomStream): Point {
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const varied = variation(space, point, resampling, random);
    if (space.isFeasible(varied)) return varied;
  }
  return point;
}

function variation(space: SearchSpace, point: Point, resampling: number, random: RandomStream): Point {
  const unit = space.encode(point);
  const exact: [index: number, value: number][] = [];
  space.parameters.forEach((parameter, i) => {
    const isResampled = random.uniform() < resampling;
    const isUp = random.uniform() < 0.5;
    if (isResampled) unit[i] = random.uniform();
    else if ("values" in parameter) unit[i] = neighbour(parameter, unit[i] as number, isUp);
    else {
      const value = multiplied(parameter, point[i] as number, isUp);
      const isStepped = parameter.type === "int" || parameter.step !== undefined;
      if (isStepped) unit[i] = onStep(space, i, point, value);
      else exact.push([i, value]); // not rounded by the way to the cube and back
    }
  });
  const varied = space.decode(unit);
  for (const [i, value] of exact) varied[i] = value;
  return varied;
}

/** Place of the next value of a list; numbers turn back at the ends. */
function neighbour({ values, type }: Extract<Parameter, { values: unknown }>, unit: number, isUp: boolean): number {
  const count = values.length;
  const position = Math.min(count - 1, Math.floor(unit * count));
  const step = isUp ? 1 : -1;
  const next = position + step;
  const isInside = next >= 0 && next < count;
  const place = isInside ? next : type === "categorical" ? (next + count) % count : Math.max(0, position - step);
  return (Math.min(count - 1, place) + 0.5) / count;
}

function multiplied({ min, max }: { min: number; max: number }, value: number, isUp: boolean): number {
  const product = value * FACTORS[isUp ? 1 : 0];
  const moved = product === value ? value + (max - min) * (isUp ? NUDGE : -NUDGE) : product;
  return Math.min(max, Math.max(min, moved));
}

/** Place of the value on the parameter's step that comes nearest, but not of the one it comes from. */
function onStep(space: SearchSpace, i: number, point: Point, value: number): number {
  const { min, max, step = 1 } = space.parameters[i] as { min: number; max: number; step?: number };
  const from = point[i] as number;
  const at = (wanted: number): number => {
    const copy = Float64Array.from(point);
    copy[i] = Math.min(max, Math.max(min, wanted));
    return space.encode(copy)[i] as number;
  };
  return at(value) === at(from) ? at(from + Math.sign(value - from) * step) : at(value);
}
