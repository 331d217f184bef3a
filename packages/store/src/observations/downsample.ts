/**
 * Chooses about `target` of the values of one metric in order of time: the first and the last, and of each of equally many stretches the first smallest
 * and the first greatest, so that no extreme is lost. NaN stands for a value that is no number.
 * @returns indexes in ascending order
 */
export function downsampleIndexes(values: ArrayLike<number>, target: number): number[] {
  const count = values.length;
  if (count <= Math.max(target, 4)) return Array.from({ length: count }, (_, index) => index);
  const stretches = Math.max(1, Math.floor((target - 2) / 2));
  const kept = new Set([0]);
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * count) / stretches);
    const to = Math.floor(((stretch + 1) * count) / stretches);
    for (const index of extremes(values, from, to)) kept.add(index);
  }
  return [...kept.add(count - 1)].sort((a, b) => a - b);
}

function extremes(values: ArrayLike<number>, from: number, to: number): number[] {
  let least = -1;
  let greatest = -1;
  for (let index = from; index < to; index++) {
    const value = values[index]!;
    if (Number.isNaN(value)) continue;
    if (least < 0 || value < values[least]!) least = index;
    if (greatest < 0 || value > values[greatest]!) greatest = index;
  }
  return least < 0 ? [] : [least, greatest];
}
