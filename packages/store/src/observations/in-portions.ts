/** Rows handed on at a time. */
const PORTION = 5000;

/** A list in portions. */
export function* inPortions<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < rows.length; from += PORTION) yield rows.slice(from, from + PORTION);
}
