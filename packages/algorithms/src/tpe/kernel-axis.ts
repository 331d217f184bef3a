import { cellBorders } from "../cell-borders.ts";
import type { SearchSpace } from "../search-space.ts";

/** Ordered parameters with more values than this count as continuous: their cells are narrower than any kernel. */
const MAX_CELLS = 64;

/**
 * One parameter as kernels see it. Coordinates are places on the unit axis (continuous), numbers of cells in ascending order (ordered parameters with few values)
 * or numbers of categories.
 */
export type KernelAxis =
  | { readonly kind: "continuous" }
  | {
      readonly kind: "cells";
      readonly count: number;
      /** Ends of the cells on the unit axis, [count + 1]. */
      readonly borders: Float64Array;
      /** Log probabilities of the cells under the prior, [count]. */
      readonly priorLogs: Float64Array;
    }
  | { readonly kind: "categories"; readonly count: number; readonly priorLogs: Float64Array };

/** The axis of a parameter with more than one value. */
export function kernelAxisOf(space: SearchSpace, parameter: number): KernelAxis {
  const count = space.counts[parameter] as number;
  if (space.parameters[parameter]?.type === "categorical")
    return { kind: "categories", count, priorLogs: new Float64Array(count).fill(-Math.log(count)) };
  if (count > MAX_CELLS) return { kind: "continuous" };
  const borders = Float64Array.from([0, ...cellBorders(space, parameter), 1]);
  const priorLogs = new Float64Array(count);
  for (let k = 0; k < count; k++) priorLogs[k] = Math.log((borders[k + 1] as number) - (borders[k] as number));
  return { kind: "cells", count, borders, priorLogs };
}

/** A coordinate's place on the unit axis. */
export function unitOf(axis: KernelAxis, coordinate: number): number {
  if (axis.kind === "continuous") return coordinate;
  if (axis.kind === "categories") return (coordinate + 0.5) / axis.count;
  return ((axis.borders[coordinate] as number) + (axis.borders[coordinate + 1] as number)) / 2;
}

/** The coordinate at a place on the unit axis. */
export function coordinateAt(axis: KernelAxis, unit: number): number {
  if (axis.kind === "continuous") return unit;
  if (axis.kind === "categories") return Math.min(axis.count - 1, Math.floor(unit * axis.count));
  let cell = 0;
  while (cell < axis.count - 1 && unit >= (axis.borders[cell + 1] as number)) cell++;
  return cell;
}
