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
 * Best first, by the first objective: feasible before infeasible, these by violation (Deb 2000); finished before stopped early, as a stopped trial was judged
 * hopeless; the older one of equals.
 */
export function rankTrials(trials: readonly FinishedTrial[], direction: Direction | undefined): FinishedTrial[] {
  const keyed = trials.map((trial) => ({
    trial,
    keys: [violationOf(trial), STATE_ORDER[trial.state], lossOf(trial, direction), trial.id],
  }));
  keyed.sort((a, b) => compareKeys(a.keys, b.keys));
  return keyed.map(({ trial }) => trial);
}

const STATE_ORDER = { succeeded: 0, "early-stopped": 1, failed: 2 } as const;

/** Lexicographic; infinities compare. */
function compareKeys(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const x = a[i] as number;
    const y = b[i] as number;
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}
