import type { Losses } from "./dominance.ts";
import { isInside } from "./hypervolume.ts";

/** A box [low, high) of losses; low may be −Infinity. Shapes [m]. */
export interface Box {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/**
 * What no row dominates of the region that is better than the reference, as disjoint boxes: n + 1 of them for a front of n rows with two objectives, many more with
 * each further one. Every row cuts the orthant that it dominates out of the boxes that reach into it.
 * @param rows [n][m], in any order; dominated ones and those outside the reference change nothing @param reference [m]
 */
export function nonDominatedBoxes(rows: readonly Losses[], reference: Losses): Box[] {
  const everything = { low: new Float64Array(reference.length).fill(-Infinity), high: Float64Array.from(reference) };
  let boxes: Box[] = [everything];
  const sorted = rows.filter((row) => isInside(row, reference)).sort((a, b) => (a[0] as number) - (b[0] as number));
  for (const row of sorted) boxes = boxes.flatMap((box) => (isInside(row, box.high) ? without(box, row) : [box]));
  return boxes;
}

/** A box without what a row dominates: for each objective the part that is better in it and no better in those before. */
function without({ low, high }: Box, row: Losses): Box[] {
  const parts: Box[] = [];
  const rest = Float64Array.from(low);
  for (let j = 0; j < rest.length; j++) {
    const edge = row[j] as number;
    if (!(edge > (rest[j] as number))) continue;
    const part = { low: Float64Array.from(rest), high: Float64Array.from(high) };
    part.high[j] = edge;
    parts.push(part);
    rest[j] = edge;
  }
  return parts;
}
