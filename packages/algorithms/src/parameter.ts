/**
 * The search space an algorithm sees. A point holds one number per parameter, in the order of `parameters`: the value itself for double and
 * int, the index into `values` for discrete and categorical, NaN for a parameter that is not active.
 */
export type Point = Float64Array;

export type Distribution = "uniform" | "logUniform" | "normal" | "logNormal";

/** A parameter is active when every condition holds, i.e. the other (list) parameter is active and has one of these indices. */
export interface Condition {
  readonly parameter: number;
  readonly indices: readonly number[];
}

export type Parameter =
  | {
      readonly name: string;
      readonly type: "double" | "int";
      readonly min: number;
      readonly max: number;
      /** Distance of the allowed values, counted from min; for int at least 1. Absent: continuous. */
      readonly step?: number;
      readonly distribution: Distribution;
      readonly activeWhen?: readonly Condition[];
    }
  | {
      readonly name: string;
      /** discrete: the values are numbers and their order means something. */
      readonly type: "discrete" | "categorical";
      readonly values: readonly string[];
      readonly activeWhen?: readonly Condition[];
    };

/** A known inequality: sum of coefficients · values ≤ bound, over double, int and numeric discrete parameters. */
export interface LinearConstraint {
  readonly coefficients: readonly { readonly parameter: number; readonly coefficient: number }[];
  readonly bound: number;
}
