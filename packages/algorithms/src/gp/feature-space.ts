import type { Point } from "../parameter.ts";
import type { SearchSpace } from "../search-space.ts";

/** Feature of a categorical parameter that is not active: a category of its own. */
const INACTIVE_CATEGORY = -1;
/** Finite numeric parameters with at most so many values are searched through value by value. */
const MAX_LISTED_VALUES = 16;

/**
 * Points as the kernel sees them. Features: first the numeric parameters (double, int, discrete) on the unit axis, at the middle of their cell when they have cells, 0.5
 * when not active; then the indices of the categorical ones. Parameters with one value are left out.
 */
export class FeatureSpace {
  readonly space: SearchSpace;
  /** Parameters behind the numeric features, then those behind the categorical ones. Shape [dimension]. */
  readonly parameters: readonly number[];
  readonly numeric: number;
  /** Number of values of each feature, Infinity when continuous. Shape [dimension]. */
  readonly counts: readonly number[];
  /** Features of all values of the finite numeric parameters with few values; undefined of others. Shape [dimension]. */
  readonly cells: readonly (Float64Array | undefined)[];

  constructor(space: SearchSpace) {
    const searched = space.parameters.flatMap((_, i) => ((space.counts[i] as number) > 1 ? [i] : []));
    const isCategorical = (i: number) => space.parameters[i]?.type === "categorical";
    const numeric = searched.filter((i) => !isCategorical(i));
    this.space = space;
    this.numeric = numeric.length;
    this.parameters = [...numeric, ...searched.filter(isCategorical)];
    this.counts = this.parameters.map((i) => space.counts[i] as number);
    this.cells = numeric.map((i) => ((space.counts[i] as number) <= MAX_LISTED_VALUES ? cellsOf(space, i) : undefined));
  }

  get dimension(): number {
    return this.parameters.length;
  }

  encode(point: Point): Float64Array {
    const unit = this.space.encode(point);
    return Float64Array.from(this.parameters, (i, k) => {
      if (k < this.numeric) return unit[i] as number;
      const index = point[i] as number;
      return Number.isNaN(index) ? INACTIVE_CATEGORY : index;
    });
  }

  /** The point whose cell holds the features. */
  decode(features: Float64Array): Point {
    const unit = new Float64Array(this.space.dimension).fill(0.5);
    this.parameters.forEach((i, k) => {
      const feature = features[k] as number;
      if (k < this.numeric) unit[i] = feature;
      else if (feature >= 0) unit[i] = (feature + 0.5) / (this.counts[k] as number);
    });
    return this.space.decode(unit);
  }

  /** Features from a point of the unit cube [space.dimension]. */
  fromUnit(unit: Float64Array): Float64Array {
    return this.encode(this.space.decode(unit));
  }
}

/** The middles of a finite numeric parameter's cells. */
function cellsOf(space: SearchSpace, i: number): Float64Array {
  const parameter = space.parameters[i];
  const point = new Float64Array(space.dimension);
  return Float64Array.from({ length: space.counts[i] as number }, (_, index) => {
    point[i] = parameter === undefined || "values" in parameter ? index : parameter.min + index * (parameter.step ?? 1);
    return space.encode(point)[i] as number;
  });
}
