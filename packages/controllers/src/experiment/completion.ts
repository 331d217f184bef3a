import { type ExperimentSpec, parseDuration, reachesGoal } from "@qalam/api";
import { DURATION_REASON } from "../trial/stop-reasons.ts";
import type { TrialTally } from "./trial-tally.ts";

/** How an experiment ends: the condition to set. */
export interface Completion {
  readonly type: "Succeeded" | "Failed";
  readonly reason: string;
  readonly message: string;
}

/** What completion depends on. */
export interface CompletionInput {
  readonly spec: ExperimentSpec;
  readonly tally: Pick<TrialTally, "best" | "count" | "active" | "finished" | "failed" | "firstFailure">;
  /** The algorithm has nothing more to suggest and every suggestion has had its trial. */
  readonly exhausted: boolean;
  /** Milliseconds since the experiment started. */
  readonly elapsed: number;
}

/**
 * Decides whether an experiment is over, in Katib's order (Katib behaviour 3.2.2): goal, failed trials, number of trials, end of the search space; and last
 * the time budget. Without a single result it has failed.
 */
export function completionOf(input: CompletionInput): Completion | undefined {
  const { spec, tally, exhausted, elapsed } = input;
  if (spec.objective !== undefined && reachesGoal(tally.best, spec.objective))
    return succeeded("ExperimentGoalReached", "Experiment has succeeded because Objective goal has reached");
  if (spec.maxFailedTrialCount !== undefined && tally.failed > 0 && tally.failed >= spec.maxFailedTrialCount)
    return failedWith(
      `Experiment has failed because max failed count has reached: ${trials(tally.failed)} failed, first ${tally.firstFailure()}`,
    );
  if (spec.maxTrialCount !== undefined && tally.finished >= spec.maxTrialCount)
    return (
      withoutResult(tally) ??
      succeeded("ExperimentMaxTrialsReached", "Experiment has succeeded because max trial count has reached")
    );
  if (exhausted && tally.active === 0) return atEndOfSpace(tally);
  const budget = spec.maxDuration === undefined ? undefined : parseDuration(spec.maxDuration);
  if (budget !== undefined && elapsed >= budget) return outOfTime(tally, spec.maxDuration ?? "");
  return undefined;
}

function atEndOfSpace(tally: CompletionInput["tally"]): Completion {
  if (tally.finished === 0)
    return failedWith(
      "Experiment has failed because the algorithm had nothing to suggest: no configuration of the search space satisfies its constraints",
    );
  return (
    withoutResult(tally) ??
    succeeded(
      "ExperimentSuggestionEndReached",
      "Experiment has succeeded because suggestion service has reached the end",
    )
  );
}

function outOfTime(tally: CompletionInput["tally"], budget: string): Completion {
  if (tally.count("succeeded") + tally.count("earlyStopped") > 0)
    return succeeded(DURATION_REASON, `Experiment has succeeded because its maxDuration of ${budget} is used up`);
  const why = tally.failed === 0 ? "" : `: ${trials(tally.failed)} failed, first ${tally.firstFailure()}`;
  return {
    type: "Failed",
    reason: DURATION_REASON,
    message: `Experiment has failed because its maxDuration of ${budget} was used up before any trial succeeded${why}`,
  };
}

/** Every trial failed. Katib calls that Succeeded. */
function withoutResult(tally: CompletionInput["tally"]): Completion | undefined {
  if (tally.failed === 0 || tally.count("succeeded") + tally.count("earlyStopped") > 0) return undefined;
  return failedWith(
    `Experiment has failed because no trial succeeded: ${trials(tally.failed)} failed, first ${tally.firstFailure()}`,
  );
}

function succeeded(reason: string, message: string): Completion {
  return { type: "Succeeded", reason, message };
}

function failedWith(message: string): Completion {
  return { type: "Failed", reason: "ExperimentFailed", message };
}

function trials(count: number): string {
  return count === 1 ? "1 trial" : `${count} trials`;
}
