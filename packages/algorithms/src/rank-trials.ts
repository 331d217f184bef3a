import { compareLosses } from "./multi-objective/dominance.ts";
import type { Direction, FinishedTrial } from "./sampler.ts";

/** A trial's objective as a loss: smaller is better, NaN and a missing value are the worst. */
export function lossOf(trial: FinishedTrial, direction: Direction = "minimize", objective = 0): number {
  const value = trial.values[objective];
  if (trial.state === "failed" || value === undefined || Number.isNaN(value)) return Number.POSITIVE_INFINITY;
  return direction === "maximize" ? -value : value;
}

/** True when no outcome constraint is violated. */
export function isFeasible(trial: FinishedTrial): boolean {
  return violationOf(trial) === 0;
}

/** Sum of the outcome constraints' violations: 0 when feasible. NaN counts as violated beyond measure. */
function violationOf({ constraints = [] }: FinishedTrial): number {
  let sum = 0;
  for (const value of constraints) sum += Number.isNaN(value) ? Number.POSITIVE_INFINITY : Math.max(0, value);
  return sum;
}

/**
 * What a trial is ranked by, the most important first; smaller is better. Feasible before infeasible, these by violation (Deb 2000); finished before stopped early,
 * as a stopped trial was judged hopeless, and of these the one that came furthest; failed ones last; the older one of equals.
 * @param loss of the trials that differ in nothing else
 */
export function rankKeys(trial: FinishedTrial, loss: number): number[] {
  const isFailed = trial.state === "failed" ? 1 : 0;
  const isStopped = trial.state === "early-stopped" ? 1 : 0;
  return [isFailed, violationOf(trial), isStopped, isStopped * -lastStep(trial), loss, trial.id];
}

function lastStep({ intermediate = [] }: FinishedTrial): number {
  let last = 0;
  for (const [step] of intermediate) last = Math.max(last, step);
  return last;
}

/** Best first, by the first objective. */
export function rankTrials(trials: readonly FinishedTrial[], direction: Direction | undefined): FinishedTrial[] {
  const keyed = trials.map((trial) => ({ trial, keys: rankKeys(trial, lossOf(trial, direction)) }));
  keyed.sort((a, b) => compareLosses(a.keys, b.keys));
  return keyed.map(({ trial }) => trial);
}

/** The losses of a trial, one per objective. */
export function lossesOf(trial: FinishedTrial, directions: readonly Direction[]): Float64Array {
  return Float64Array.from(directions, (direction, objective) => lossOf(trial, direction, objective));
}
