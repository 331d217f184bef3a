import { normalQuantile, type RandomStream } from "@qalam/numeric";
import { cellBorders } from "../cell-borders.ts";
import type { Point } from "../parameter.ts";
import type { SearchSpace } from "../search-space.ts";
import { CategoryDistributions } from "./category-distributions.ts";
import { applyMargin } from "./cell-margin.ts";
import { CovarianceAdaptation } from "./covariance-adaptation.ts";
import type { RunStart } from "./restarts.ts";
import { strategyParameters } from "./strategy-parameters.ts";

/** Draws until one lies within the cube; then it is moved to the border. */
const MAX_REDRAWS = 100;

/** A draw: ordered parameters as coordinates, before they are rounded to cells; categorical ones as indices; and the point of both. */
export interface MixedSample {
  readonly coordinates: Float64Array;
  readonly categories: readonly number[];
  readonly point: Point;
}

/** CMA-ES over the ordered parameters and independent distributions over the categorical ones. Parameters with one value are left out. */
export class MixedDistribution {
  readonly #space: SearchSpace;
  readonly #ordered: readonly number[];
  readonly #categorical: readonly number[];
  readonly #borders: readonly Float64Array[];
  #gaussian: CovarianceAdaptation;
  #categories: CategoryDistributions;

  constructor(space: SearchSpace, { sigma, population }: RunStart) {
    this.#space = space;
    const searched = space.parameters.flatMap((_, i) => ((space.counts[i] as number) > 1 ? [i] : []));
    this.#categorical = searched.filter((i) => space.parameters[i]?.type === "categorical");
    this.#ordered = searched.filter((i) => space.parameters[i]?.type !== "categorical");
    this.#borders = this.#ordered.map((i) => cellBorders(space, i));
    const centre = new Float64Array(this.#ordered.length).fill(0.5);
    this.#gaussian = new CovarianceAdaptation(centre, sigma, population);
    this.#categories = this.#uniformCategories();
  }

  /** Searched parameters. */
  get dimension(): number {
    return this.#ordered.length + this.#categorical.length;
  }

  get population(): number {
    return this.#gaussian.population;
  }

  /** Longest axis of what is still searched; infinite while categories are. */
  get spread(): number {
    return this.#categorical.length > 0 || this.#ordered.length === 0
      ? Number.POSITIVE_INFINITY
      : this.#gaussian.spread;
  }

  get axisRatio(): number {
    return this.#ordered.length === 0 ? 1 : this.#gaussian.axisRatio;
  }

  /** @param uniforms a point of the cube [dimension] that the draw is made from, as long as that lies within the bounds; absent: everything is random */
  sample(random: RandomStream, uniforms?: Float64Array): MixedSample {
    const uniform = (k: number) => uniforms?.[k] ?? random.uniform();
    let coordinates = this.#gaussian.sample((k) =>
      uniforms === undefined ? random.normal() : normalQuantile(Math.max(Number.EPSILON, uniform(k))),
    );
    for (let redraw = 0; redraw < MAX_REDRAWS && !isInside(coordinates); redraw++)
      coordinates = this.#gaussian.sample(() => random.normal());
    return this.#sampleOf(
      coordinates.map((x) => Math.min(1, Math.max(0, x))),
      this.#categories.sample((k) => uniform(this.#ordered.length + k)),
    );
  }

  /** A point as if it had been drawn. */
  sampleAt(point: Point): MixedSample {
    const unit = this.#space.encode(point);
    return {
      coordinates: Float64Array.from(this.#ordered, (i) => unit[i] as number),
      categories: this.#categorical.map((i) => point[i] as number),
      point,
    };
  }

  /** @param samples best first */
  update(samples: readonly MixedSample[]): void {
    this.#gaussian.update(samples.map(({ coordinates }) => coordinates));
    const { weights } = strategyParameters(Math.max(1, this.dimension), samples.length);
    this.#categories.update(
      samples.map(({ categories }) => categories),
      weights,
    );
    applyMargin(this.#gaussian, this.#borders, 1 / (this.dimension * this.population));
  }

  /** Begins anew from a random mean. */
  restart({ sigma, population }: RunStart, random: RandomStream): void {
    const mean = Float64Array.from(this.#ordered, () => random.uniform());
    this.#gaussian = new CovarianceAdaptation(mean, sigma, population);
    this.#categories = this.#uniformCategories();
  }

  #uniformCategories(): CategoryDistributions {
    return new CategoryDistributions(this.#categorical.map((i) => this.#space.counts[i] as number));
  }

  #sampleOf(coordinates: Float64Array, categories: readonly number[]): MixedSample {
    const unit = new Float64Array(this.#space.dimension).fill(0.5);
    this.#ordered.forEach((i, k) => {
      unit[i] = coordinates[k] as number;
    });
    this.#categorical.forEach((i, k) => {
      unit[i] = ((categories[k] as number) + 0.5) / (this.#space.counts[i] as number);
    });
    return { coordinates, categories, point: this.#space.decode(unit) };
  }
}

function isInside(coordinates: Float64Array): boolean {
  return coordinates.every((x) => x >= 0 && x <= 1);
}
