import { compareLosses, dominates, type Losses } from "./dominance.ts";

/**
 * Volume between the rows and a reference point that is worse in everything: exact for any number of objectives. A sweep for two and three of them, the recursion
 * over exclusive volumes beyond (While et al. 2012, "A fast way of calculating exact hypervolumes", WFG). Rows that do not beat the reference in every
 * objective add nothing; a row with a loss of −Infinity makes it infinite.
 * @param rows [n][m], in any order, dominated ones too @param reference [m], finite
 */
export function hypervolume(rows: readonly Losses[], reference: Losses): number {
  const inside = rows.filter((row) => isInside(row, reference));
  if (inside.some((row) => Array.from(row).includes(Number.NEGATIVE_INFINITY))) return Number.POSITIVE_INFINITY;
  return volumeOf(frontOf(inside), reference);
}

/** Volume that a row adds to that of others. @param rows all of them inside the reference, which the row is too */
export function exclusiveHypervolume(row: Losses, rows: readonly Losses[], reference: Losses): number {
  const limited = rows.map((other) => Float64Array.from(other, (loss, i) => Math.max(loss, row[i] as number)));
  return boxVolume(row, reference) - volumeOf(frontOf(limited), reference);
}

/** True when a row beats the reference in every objective. */
export function isInside(row: Losses, reference: Losses): boolean {
  for (let i = 0; i < reference.length; i++) if (!((row[i] as number) < (reference[i] as number))) return false;
  return true;
}

/** The rows that none dominates, each once, in lexicographic order. */
function frontOf(rows: readonly Losses[]): Losses[] {
  const front: Losses[] = [];
  for (const row of [...rows].sort(compareLosses)) {
    const last = front[front.length - 1];
    if (last !== undefined && compareLosses(last, row) === 0) continue;
    if (!front.some((member) => dominates(member, row))) front.push(row);
  }
  return front;
}

/** @param front mutually non-dominated, in lexicographic order, inside the reference */
function volumeOf(front: readonly Losses[], reference: Losses): number {
  if (front.length === 0) return 0;
  if (front.length === 1) return boxVolume(front[0] as Losses, reference);
  if (reference.length <= 2) return areaOf(front, reference);
  if (reference.length === 3) return sweptVolume(front, reference);
  let sum = 0;
  // From the last to the first: the losses of the first objective fall, which keeps the limited sets small.
  for (let i = front.length - 1; i >= 0; i--)
    sum += exclusiveHypervolume(front[i] as Losses, front.slice(i + 1), reference);
  return sum;
}

function boxVolume(row: Losses, reference: Losses): number {
  let volume = 1;
  for (let i = 0; i < reference.length; i++) volume *= (reference[i] as number) - (row[i] as number);
  return volume;
}

/** Two objectives: along the front the second loss falls. */
function areaOf(front: readonly Losses[], reference: Losses): number {
  let area = 0;
  let ceiling = reference[1] as number;
  for (const row of front) {
    area += ((reference[0] as number) - (row[0] as number)) * (ceiling - (row[1] as number));
    ceiling = row[1] as number;
  }
  return area;
}

/** Three objectives: a plane sweeps along the first; the area that the rows passed so far cover in the other two grows at each row. */
function sweptVolume(front: readonly Losses[], reference: Losses): number {
  const plane = new Float64Array([reference[1] as number, reference[2] as number]);
  let stairs: Losses[] = [];
  let volume = 0;
  front.forEach((row, i) => {
    stairs = withStep(stairs, new Float64Array([row[1] as number, row[2] as number]));
    const end = (front[i + 1]?.[0] ?? reference[0]) as number;
    const depth = end - (row[0] as number);
    if (depth > 0) volume += depth * areaOf(stairs, plane);
  });
  return volume;
}

/** A front of two objectives with one row more. */
function withStep(stairs: readonly Losses[], step: Losses): Losses[] {
  if (stairs.some((one) => (one[0] as number) <= (step[0] as number) && (one[1] as number) <= (step[1] as number)))
    return [...stairs];
  const kept = stairs.filter((one) => !dominates(step, one));
  const at = kept.findIndex((one) => (one[0] as number) > (step[0] as number));
  kept.splice(at < 0 ? kept.length : at, 0, step);
  return kept;
}
