/** One loss per objective, [m]: smaller is better, without NaN; infinities compare. */
export type Losses = ArrayLike<number>;

/** At least as good in everything and better in something. */
export function dominates(a: Losses, b: Losses): boolean {
  let isBetter = false;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] as number;
    const y = b[i] as number;
    if (x > y) return false;
    if (x < y) isBetter = true;
  }
  return isBetter;
}

/** Negative when the first is lexicographically smaller, 0 when both are equal. */
export function compareLosses(a: Losses, b: Losses): number {
  for (let i = 0; i < a.length; i++) {
    const x = a[i] as number;
    const y = b[i] as number;
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}
