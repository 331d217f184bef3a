import { compareLosses } from "../multi-objective/dominance.ts";
import type { Point } from "../parameter.ts";

export interface Member {
  readonly id: number;
  readonly configuration: Point;
  /** What it is ranked by without its age, see `rankKeys`. */
  readonly keys: readonly number[];
}

/**
 * The population of one resource. A child replaces its target when it is no worse, so a place holds the best that was ever tried for it, and the order of the telling
 * does not matter. It begins with the best of earlier experiments, if there are any.
 */
export class Subpopulation {
  readonly size: number;
  readonly #places: (Member | undefined)[];
  /** Of earlier experiments, best first. */
  readonly #earlier: Member[] = [];

  constructor(size: number) {
    this.size = size;
    this.#places = new Array<Member | undefined>(size).fill(undefined);
  }

  /** The child of the member at a place. */
  add(place: number, child: Member): void {
    const target = this.#places[place];
    if (target === undefined || compareMembers(child, target) < 0) this.#places[place] = child;
  }

  /** A trial of an earlier experiment: the best of them are the first members. */
  addEarlier(member: Member): void {
    this.#earlier.push(member);
    this.#earlier.sort(compareMembers);
    if (this.#earlier.length > this.size) this.#earlier.pop(); // there is no place for more
  }

  at(place: number): Member | undefined {
    const [own, first] = [this.#places[place], this.#earlier[place]];
    return own === undefined || (first !== undefined && compareMembers(first, own) < 0) ? first : own;
  }

  /** Best first. */
  ranked(): Member[] {
    return this.#places
      .map((_, place) => this.at(place))
      .filter((member) => member !== undefined)
      .sort(compareMembers);
  }
}

/** The younger of equals first: a child that is as good as its target replaces it. */
export function compareMembers(a: Member, b: Member): number {
  return compareLosses(a.keys, b.keys) || b.id - a.id;
}
