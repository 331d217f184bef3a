import { MAX_SOBOL_DIMENSION, type RandomStream, SobolSequence } from "@qalam/numeric";
import type { Box } from "../gp/box.ts";
import type { FeatureSpace } from "../gp/feature-space.ts";
import type { Hyperparameters } from "../gp/hyperparameters.ts";

/** Length scales count as within these bounds: beyond them they say that a feature matters always or never. */
const SCALES = { least: 0.005, most: 2 };
/** So many features of a candidate differ from the centre on average, where there are more (Eriksson et al. 2019, appendix C). */
const MOVED_FEATURES = 20;
/** Bisections that bring a candidate back within the constraints. */
const MAX_BISECTIONS = 8;

/**
 * The numeric sides of a trust region: as long as the length, stretched along features with long length scales at constant volume, cut at the cube. A feature with cells
 * reaches at least its neighbours.
 * @param parameters of the kernel: log θ = −2 log ℓ of each feature first
 */
export function regionBox(space: FeatureSpace, centre: Float64Array, length: number, parameters: Hyperparameters): Box {
  const { numeric, counts } = space;
  const logs = Float64Array.from({ length: numeric }, (_, k) =>
    Math.log(Math.min(SCALES.most, Math.max(SCALES.least, Math.exp(-0.5 * parameters[k]!)))),
  );
  const mean = logs.reduce((sum, log) => sum + log / numeric, 0);
  const low = new Float64Array(numeric);
  const high = new Float64Array(numeric);
  for (let k = 0; k < numeric; k++) {
    const half = Math.max(0.5 * length * Math.exp(logs[k]! - mean), 1.01 / counts[k]!);
    low[k] = Math.max(0, centre[k]! - half);
    high[k] = Math.min(1, centre[k]! + half);
  }
  return { low, high };
}

/**
 * Feasible points of a region: quasi-random ones of the box, of which each feature takes its part with a probability that leaves most at the centre in many dimensions.
 * A category is drawn anew with the probability of its length too: it has no neighbours.
 */
export function regionCandidates(
  space: FeatureSpace,
  { low, high }: Box,
  centre: Float64Array,
  region: { readonly length: number; readonly count: number },
  random: RandomStream,
): Float64Array[] {
  const d = space.dimension;
  const sequence = d <= MAX_SOBOL_DIMENSION ? new SobolSequence(d, random.split("scramble")) : undefined;
  const unit = new Float64Array(d);
  const rate = Math.min(1, MOVED_FEATURES / d);
  const points: Float64Array[] = [];
  for (let i = 0; i < region.count; i++) {
    if (sequence === undefined) for (let k = 0; k < d; k++) unit[k] = random.uniform();
    else sequence.point(i, unit);
    const moved = Float64Array.from(centre);
    const sure = random.integer(d);
    for (let k = 0; k < d; k++) {
      const isNumeric = k < space.numeric;
      if (k !== sure && random.uniform() >= rate * (isNumeric ? 1 : Math.min(1, region.length))) continue;
      moved[k] = isNumeric
        ? low[k]! + unit[k]! * (high[k]! - low[k]!)
        : Math.floor(unit[k]! * (space.counts[k] as number));
    }
    const point = feasible(space, centre, moved);
    if (point !== undefined) points.push(point);
  }
  return points;
}

/** A point moved to its cell; halfway to the centre and again while constraints forbid it. */
function feasible(space: FeatureSpace, centre: Float64Array, to: Float64Array): Float64Array | undefined {
  for (let attempt = 0; attempt < MAX_BISECTIONS; attempt++) {
    const part = 0.5 ** attempt;
    const moved = to.map((value, k) => (k < space.numeric ? centre[k]! + part * (value - centre[k]!) : value));
    const point = space.decode(moved);
    if (space.space.constraints.length === 0 || space.space.isFeasible(point)) return space.encode(point);
  }
  return undefined;
}
