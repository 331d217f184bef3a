/** Matérn-5/2 correlation. @param root √5·r @param decay exp(−√5·r) */
export function maternValue(root: number, decay: number): number {
  return (1 + root + (root * root) / 3) * decay;
}

/** Its derivative by r²: −5/6·(1 + √5·r)·exp(−√5·r). */
export function maternSlope(root: number, decay: number): number {
  return (-5 / 6) * (1 + root) * decay;
}
