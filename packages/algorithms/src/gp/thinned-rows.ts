/** Numbers of the rows that a model of limited size is made from, ascending: half of the room goes to the best, the rest is spread over the others by rank. */
export function thinnedRows(targets: Float64Array, room: number): number[] {
  const n = targets.length;
  const all = Array.from(targets, (_, i) => i);
  if (n <= room) return all;
  const order = all.sort((a, b) => targets[a]! - targets[b]! || a - b);
  const half = room / 2;
  const others = Array.from({ length: half }, (_, i) => order[half + Math.floor((i * (n - half)) / half)]!);
  return [...order.slice(0, half), ...others].sort((a, b) => a - b);
}
