import { MAX_SOBOL_DIMENSION, type RandomStream, SobolSequence } from "@qalam/numeric";
import { feasibleDraw } from "../feasible-draw.ts";
import type { FeatureSpace } from "./feature-space.ts";

/** Widths of the sprays, in units of the cube. */
const SPRAY_WIDTHS = [0.2, 0.05, 0.01, 0.002];
/** Draws from within the constraints when random points are not. */
const CONSTRAINED_DRAWS = 16;

/** Points to screen: a scrambled Sobol sequence over the whole space, and sprays around good points. All feasible. */
export function candidates(
  space: FeatureSpace,
  centres: readonly Float64Array[],
  counts: { readonly global: number; readonly local: number },
  random: RandomStream,
): Float64Array[] {
  const { space: searchSpace } = space;
  const d = searchSpace.dimension;
  const isFeasible = (features: Float64Array) =>
    searchSpace.constraints.length === 0 || searchSpace.isFeasible(space.decode(features));
  const sequence = d <= MAX_SOBOL_DIMENSION ? new SobolSequence(d, random.split("scramble")) : undefined;
  const unit = new Float64Array(d);
  const points: Float64Array[] = [];
  for (let i = 0; i < counts.global; i++) {
    if (sequence === undefined) for (let k = 0; k < d; k++) unit[k] = random.uniform();
    else sequence.point(i, unit);
    points.push(space.fromUnit(unit));
  }
  for (let i = 0; centres.length > 0 && i < counts.local; i++)
    points.push(spray(space, centres[i % centres.length]!, SPRAY_WIDTHS[i % SPRAY_WIDTHS.length]!, random));
  const feasible = points.filter(isFeasible);
  for (let i = feasible.length; i < CONSTRAINED_DRAWS && searchSpace.constraints.length > 0; i++) {
    const point = feasibleDraw(searchSpace, random);
    if (point === undefined) break;
    feasible.push(space.encode(point));
  }
  return feasible;
}

/** A point near another: some of its features moved, at least one. */
function spray(space: FeatureSpace, centre: Float64Array, width: number, random: RandomStream): Float64Array {
  const moved = Float64Array.from(centre);
  const d = space.dimension;
  const rate = Math.max(1 / d, Math.min(1, random.uniform()));
  const sure = random.integer(d);
  for (let k = 0; k < d; k++) {
    if (k !== sure && random.uniform() >= rate) continue;
    const cells = space.cells[k];
    if (k >= space.numeric) moved[k] = random.integer(space.counts[k] as number);
    else if (cells !== undefined) moved[k] = cells[random.integer(cells.length)]!;
    else moved[k] = reflect(centre[k]! + width * random.normal());
  }
  return space.encode(space.decode(moved));
}

/** Back into [0, 1]. */
function reflect(x: number): number {
  const y = Math.abs(x) % 2;
  return y > 1 ? 2 - y : y;
}
