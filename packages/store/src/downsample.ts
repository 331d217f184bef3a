import { parseGoFloat } from "@qalam/api";
import type { ObservationRow } from "./observation-store.ts";

/** Thins each metric's rows to about `target`: first, last and the smallest and largest of each stretch stay, so extremes are exact. Order is kept. */
export function downsample(rows: readonly ObservationRow[], target: number): ObservationRow[] {
  const metrics = new Map<string, number[]>();
  rows.forEach(({ metric }, i) => {
    const indexes = metrics.get(metric);
    if (indexes === undefined) metrics.set(metric, [i]);
    else indexes.push(i);
  });
  const kept = new Set<number>();
  for (const indexes of metrics.values()) for (const i of thin(rows, indexes, target)) kept.add(i);
  return rows.filter((_, i) => kept.has(i));
}

function thin(rows: readonly ObservationRow[], indexes: readonly number[], target: number): readonly number[] {
  if (indexes.length <= Math.max(4, target)) return indexes;
  const stretches = Math.max(1, Math.floor((target - 2) / 2));
  const kept = new Set<number>([indexes[0] as number, indexes.at(-1) as number]);
  for (let s = 0; s < stretches; s++) {
    let [low, high] = [-1, -1];
    let [min, max] = [Infinity, -Infinity];
    const end = Math.floor(((s + 1) * indexes.length) / stretches);
    for (let i = Math.floor((s * indexes.length) / stretches); i < end; i++) {
      const index = indexes[i] as number;
      const value = parseGoFloat(rows[index]?.value ?? "");
      if (value === undefined) continue;
      if (value < min) [min, low] = [value, index];
      if (value > max) [max, high] = [value, index];
    }
    for (const index of [low, high]) if (index >= 0) kept.add(index);
  }
  return [...kept];
}
