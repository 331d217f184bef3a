import type { RandomStream } from "@qalam/numeric";
import type { Point } from "../parameter.ts";
import type { SearchSpace } from "../search-space.ts";

/** Widths of numeric mutations, in shares of the axis: drawn between these in proportion, so that both jumps and refinements happen. */
const WIDTHS = { least: 0.005, most: 0.4 };
/** Distribution index of simulated binary crossover; larger stays closer to the parents (Deb and Agrawal 1995). */
const CROSSOVER_INDEX = 10;

/** Children of points, in any space: numbers along their axes, categories among themselves; parameters that become active start anywhere. */
export class Variation {
  readonly #space: SearchSpace;

  constructor(space: SearchSpace) {
    this.#space = space;
  }

  /**
   * Changes each active parameter with probability `rate / number of active parameters`, and at least one when the rate is 1 or above. Categories change to another
   * one, ordered parameters with few values move by a cell at least.
   */
  mutate(parent: Point, rate: number, random: RandomStream): Point {
    const active = this.#activeIn(parent);
    const unit = unitOf(this.#space, parent, random);
    if (active.length === 0) return this.#space.decode(unit);
    const sure = rate >= 1 ? active[random.integer(active.length)] : undefined;
    for (const i of active)
      if (random.uniform() * active.length < rate || i === sure)
        unit[i] = this.#moved(i, parent, unit[i] as number, random);
    return this.#space.decode(unit);
  }

  /** A child of two: categories from either, numbers by simulated binary crossover (Deb and Agrawal 1995), half of them untouched. */
  cross(one: Point, other: Point, random: RandomStream): Point {
    const child = unitOf(this.#space, one, random);
    const second = this.#space.encode(other);
    for (let i = 0; i < child.length; i++) {
      const isTaken = random.uniform() < 0.5;
      if (Number.isNaN(other[i])) continue;
      const isNumber = this.#space.parameters[i]?.type !== "categorical" && !Number.isNaN(one[i]);
      if (isNumber && isTaken) child[i] = blend(child[i] as number, second[i] as number, random);
      else if (!isNumber && isTaken) child[i] = second[i] as number;
    }
    return this.#space.decode(child);
  }

  /** Active parameters with a choice. */
  #activeIn(point: Point): number[] {
    return this.#space.counts.flatMap((count, i) => (count > 1 && !Number.isNaN(point[i]) ? [i] : []));
  }

  #moved(i: number, parent: Point, place: number, random: RandomStream): number {
    const count = this.#space.counts[i] as number;
    if (this.#space.parameters[i]?.type === "categorical") {
      const other = random.integer(count - 1);
      return (other + (other >= (parent[i] as number) ? 1 : 0) + 0.5) / count;
    }
    const width = WIDTHS.least * (WIDTHS.most / WIDTHS.least) ** random.uniform();
    const shift = random.normal() * width;
    const least = 1 / count;
    return reflected(place + (Math.abs(shift) < least ? Math.sign(shift) * least : shift));
  }
}

/** A point in the cube, at random along the parameters that are not active. */
export function unitOf(space: SearchSpace, point: Point, random: RandomStream): Float64Array {
  return space.encode(point).map((x, i) => (Number.isNaN(point[i]) ? random.uniform() : x));
}

/** Simulated binary crossover along one axis. */
function blend(x: number, y: number, random: RandomStream): number {
  const u = random.uniform();
  const power = 1 / (CROSSOVER_INDEX + 1);
  const spread = u < 0.5 ? (2 * u) ** power : (1 / (2 * (1 - u))) ** power;
  const sign = random.uniform() < 0.5 ? 1 : -1;
  return reflected((x + y + sign * spread * (x - y)) / 2);
}

/** Mirrored back into the unit interval. */
function reflected(x: number): number {
  const around = Math.abs(x) % 2;
  return around > 1 ? 2 - around : around;
}
