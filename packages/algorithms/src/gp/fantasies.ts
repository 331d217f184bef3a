import { normalQuantile, type RandomStream, SobolSequence } from "@qalam/numeric";

/** Quasi-random standard normal numbers for the outcomes of pending rows, shape [count][pending]; one empty draw when nothing is pending. */
export function fantasyDraws(count: number, pending: number, random: RandomStream): Float64Array[] {
  if (pending === 0) return [new Float64Array(0)];
  const sequence = new SobolSequence(pending, random);
  return Array.from({ length: count }, (_, s) =>
    sequence.point(s).map((u) => normalQuantile(Math.min(1 - 1e-9, Math.max(1e-9, u)))),
  );
}

/** What a fantasy adds to the mean at a point. @param v where the point's elements of v for pending rows stand: from `at` on, `stride` apart */
export function shiftOf(draw: Float64Array, v: Float64Array, at: number, stride: number): number {
  let shift = 0;
  for (let j = 0; j < draw.length; j++) shift += draw[j]! * v[at + j * stride]!;
  return shift;
}

/** log Σ exp. @param logs not empty */
export function logSumExp(logs: Float64Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const log of logs) if (log > largest) largest = log;
  if (logs.length === 1 || largest === Number.NEGATIVE_INFINITY) return largest;
  let sum = 0;
  for (const log of logs) sum += Math.exp(log - largest);
  return largest + Math.log(sum);
}
