import type { SearchSpace } from "./search-space.ts";

/** Parameters with more values than this are treated as continuous: their cells are narrower than anything that looks at cells. */
const MAX_CELLS = 512;

/** Borders between the cells of an ordered finite parameter on the unit axis, ascending; none when it is continuous. */
export function cellBorders(space: SearchSpace, i: number): Float64Array {
  const parameter = space.parameters[i];
  const count = space.counts[i] ?? 0;
  if (parameter === undefined || count > MAX_CELLS) return new Float64Array(0);
  const point = space.decode(new Float64Array(space.dimension).fill(0.5));
  const middles = Float64Array.from({ length: count }, (_, k) => {
    point[i] = "values" in parameter ? k : parameter.min + k * (parameter.step ?? 1);
    return space.encode(point)[i] as number;
  }).sort();
  return middles.slice(1).map((middle, k) => (middle + (middles[k] as number)) / 2);
}
