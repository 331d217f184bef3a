import { type Suggestion, type SuggestionStatus, setCondition } from "@qalam/api";

/** The status of a Suggestion whose experiment has ended (Katib behaviour 3.3). */
export function closedSuggestionStatus({ status, spec }: Suggestion, now: string): SuggestionStatus {
  const message =
    spec.resumePolicy === "FromVolume"
      ? "Suggestion is succeeded, suggestion volume is not deleted, can be restarted"
      : "Suggestion is succeeded, can't be restarted";
  const changes = [
    { type: "Running", status: "False", reason: "Suggestion is succeeded", message },
    { type: "DeploymentReady", status: "False", reason: "Suggestion is succeeded", message },
    { type: "Succeeded", status: "True", reason: "Experiment is succeeded", message },
  ] as const;
  const conditions = changes.reduce((list, change) => setCondition(list, change, now), status?.conditions ?? []);
  return { ...status, conditions };
}
