import { parseGoFloat } from "./go-float.ts";
import { objectiveValue } from "./metric-value.ts";
import { type ObjectiveSpec, UNAVAILABLE } from "./resources/common.ts";
import type { OptimalTrial } from "./resources/experiment.ts";
import type { Trial } from "./resources/trial.ts";

/** A trial with the value by which it is compared. Text values (architectures, for example) have no number. */
export interface RankedTrial {
  readonly trial: Trial;
  readonly value: number | undefined;
}

/**
 * The better of the best so far and the next trial in order of creation (Katib behaviour 3.2.1): strict improvement only, so ties keep the earlier; a trial
 * whose objective is text replaces the best such, as with architectures the last one counts. Unlike in Katib, NaN and text never win against a number.
 */
export function betterTrial(
  best: RankedTrial | undefined,
  trial: Trial,
  objective: ObjectiveSpec,
): RankedTrial | undefined {
  const text = objectiveValue(trial.status?.observation?.metrics, objective);
  if (text === UNAVAILABLE) return best;
  const value = parseGoFloat(text);
  if (value !== undefined && Number.isNaN(value)) return best;
  if (best === undefined || best.value === undefined) return { trial, value };
  if (value === undefined) return best;
  const improves = objective.type === "minimize" ? value < best.value : value > best.value;
  return improves ? { trial, value } : best;
}

/** True when the goal is reached, inclusively. */
export function reachesGoal(best: RankedTrial | undefined, objective: ObjectiveSpec): boolean {
  if (best?.value === undefined || objective.goal === undefined) return false;
  return objective.type === "minimize" ? best.value <= objective.goal : best.value >= objective.goal;
}

/** What the experiment's status says of its best trial. */
export function optimalTrialOf({ metadata, spec, status }: Trial): OptimalTrial {
  return {
    bestTrialName: metadata.name,
    parameterAssignments: spec.parameterAssignments ?? [],
    observation: { metrics: status?.observation?.metrics ?? [] },
  };
}
