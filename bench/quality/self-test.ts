import { bbobFunction } from "./bbob.ts";
import type { BenchmarkData } from "./benchmark-data.ts";
import type { Run } from "./run-search.ts";
import { type Scale, scoreL, scoreS } from "./scores.ts";

/** Standard errors by which two rows of the same sampler may differ. */
const TOLERANCE = 3;

/** The BBOB functions against the suite's points. @returns problems */
export function checkFunctions({ tasks }: BenchmarkData): string[] {
  return tasks.flatMap(({ name, args, check = [] }) => {
    if (check.length === 0) return [];
    const [number = 0, dimension = 0, instance = 0] = args.map(Number);
    const value = bbobFunction(number, dimension, instance);
    const worst = Math.max(...check.map(({ x, f }) => Math.abs(value(Float64Array.from(x)) - f) / Math.abs(f)));
    return worst < 1e-8 ? [] : [`${name}: values differ from the suite's by up to ${worst}`];
  });
}

/** Our random search against the reference's: the same scores but for chance. @returns a line per score, with what is wrong */
export function checkRandom(runs: readonly Run[], reference: readonly Run[], scale: Scale): string[] {
  return [20, 50, 100].flatMap((n) =>
    [
      { name: `S ${n}`, ours: scoreS(runs, scale, n), theirs: scoreS(reference, scale, n) },
      { name: `L ${n}`, ours: scoreL(runs, scale, n), theirs: scoreL(reference, scale, n) },
    ].map(({ name, ours, theirs }) => {
      const apart = (ours.mean - theirs.mean) / Math.hypot(ours.error, theirs.error);
      const verdict = Math.abs(apart) <= TOLERANCE ? "ok" : "FAILED";
      return `${verdict} ${name}: random ${ours.mean.toFixed(2)}, reference ${theirs.mean.toFixed(2)}, ${apart.toFixed(1)} standard errors apart`;
    }),
  );
}
