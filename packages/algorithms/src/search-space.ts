import type { LinearConstraint, Parameter, Point } from "./parameter.ts";

/**
 * A search space with its mapping between points and the unit cube. Continuous values go through their distribution's cumulative function, so a
 * uniform draw in the cube is a draw from the prior; int and stepped values own equal cells (half a step of margin on both sides for uniform);
 * list values own equal cells. Conditional parameters that are not active are NaN in points and 0.5 in the cube.
 */
export interface SearchSpace {
  readonly parameters: readonly Parameter[];
  readonly constraints: readonly LinearConstraint[];
  /** Number of parameters, d. */
  readonly dimension: number;
  /** Number of values of each parameter, Infinity when continuous. Shape [d]. */
  readonly counts: readonly number[];
  /** Number of distinct configurations (active parameters only), Infinity when continuous. */
  readonly size: number;
  /** Unit cube [d] → the point whose cell holds it; inactive parameters become NaN. Every result is valid: in range, on step. */
  decode(unit: Float64Array): Point;
  /** Point → the middle of its cell in the unit cube [d]. */
  encode(point: Point): Float64Array;
  /** Equal points have equal keys. */
  key(point: Point): string;
  /** True when all known constraints hold. */
  isFeasible(point: Point): boolean;
  /**
   * The i-th configuration of a finite space, 0 ≤ i < size (constraints not considered): in lexicographic order, in a conditional space branch by
   * branch.
   */
  at(index: number): Point;
  /** Texts as Katib writes them (Katib behaviour 4.3: Python's str(float) for doubles), without inactive parameters. */
  format(point: Point): { name: string; value: string }[];
  /** Texts → point, or undefined when a value is not of this space (used for trials of other experiments). */
  parse(assignments: readonly { name: string; value: string }[]): Point | undefined;
}
