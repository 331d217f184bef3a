import { type ExperimentSpec, parseDuration, reachesGoal } from "@qalam/api";
import type { TrialTally } from "./trial-tally.ts";

/** How an experiment ends: the condition to set. */
export interface Completion {
  readonly type: "Succeeded" | "Failed";
  readonly reason: string;
  readonly message: string;
}

/** What completion depends on beside the trials. */
export interface CompletionInput {
  readonly spec: ExperimentSpec;
  readonly tally: TrialTally;
  /** The algorithm has nothing more to suggest and every suggestion has its trial. */
  readonly exhausted: boolean;
  /** Milliseconds since the experiment started. */
  readonly elapsed: number;
}

/**
 * Decides whether an experiment is over, in Katib's order (Katib behaviour 3.2.2): goal, failed trials, number of trials, end of the search space; and
 * the time budget. An experiment all of whose trials failed has failed.
 */
export function completionOf({ spec, tally, exhausted, elapsed }: CompletionInput): Completion | undefined {
  if (spec.objective !== undefined && reachesGoal(tally.best, spec.objective)) {
    return {
      type: "Succeeded",
      reason: "ExperimentGoalReached",
      message: "Experiment has succeeded because Objective goal has reached",
    };
  }
  const failed = tally.count("failed") + tally.count("metricsUnavailable");
  if (spec.maxFailedTrialCount !== undefined && failed > 0 && failed >= spec.maxFailedTrialCount) {
    return failedWith(
      `Experiment has failed because max failed count has reached: ${failed} trials failed, first ${tally.firstFailure()}`,
    );
  }
  if (spec.maxTrialCount !== undefined && tally.finished >= spec.maxTrialCount) {
    return ended(tally, "ExperimentMaxTrialsReached", "Experiment has succeeded because max trial count has reached");
  }
  if (exhausted && tally.active === 0)
    return ended(
      tally,
      "ExperimentSuggestionEndReached",
      "Experiment has succeeded because suggestion service has reached the end",
    );
  const budget = spec.maxDuration === undefined ? undefined : parseDuration(spec.maxDuration);
  if (budget !== undefined && elapsed >= budget)
    return ended(
      tally,
      "ExperimentMaxDurationReached",
      `Experiment has ended because its maxDuration of ${spec.maxDuration} is used up`,
    );
  return undefined;
}

function ended(tally: TrialTally, reason: string, message: string): Completion {
  const failed = tally.count("failed") + tally.count("metricsUnavailable");
  if (failed > 0 && failed === tally.finished)
    return failedWith(`Experiment has failed because all ${failed} trials failed, first ${tally.firstFailure()}`);
  return { type: "Succeeded", reason, message };
}

function failedWith(message: string): Completion {
  return { type: "Failed", reason: "ExperimentFailed", message };
}
