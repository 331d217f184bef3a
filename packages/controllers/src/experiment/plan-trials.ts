import type { ExperimentSpec } from "@qalam/api";

/** What an experiment needs to know of its trials to plan. */
export interface TrialCounts {
  readonly active: number;
  /** Finished in whatever way. */
  readonly finished: number;
}

/** How many trials to start or stop so that parallelTrialCount run and at most maxTrialCount are ever made (Katib behaviour 3.2.3). */
export function planTrials(
  spec: Pick<ExperimentSpec, "parallelTrialCount" | "maxTrialCount">,
  { active, finished }: TrialCounts,
): { start: number; stop: number } {
  const parallel = spec.parallelTrialCount ?? 1;
  const allowed = Math.min(parallel, (spec.maxTrialCount ?? Number.POSITIVE_INFINITY) - finished);
  return { start: Math.max(0, allowed - active), stop: Math.max(0, active - parallel) };
}
