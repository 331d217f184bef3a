/** How many other trials a decision compared with, for its message. */
export function otherTrials(count: number): string {
  return `${count} other ${count === 1 ? "trial" : "trials"}`;
}
