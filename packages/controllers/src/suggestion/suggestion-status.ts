import { dropConditions, type NameValue, type Suggestion, type SuggestionStatus, setCondition } from "@qalam/api";

/** Conditions of a Suggestion whose algorithm works. There is no Deployment here; it is shown as ready, as Katib's clients look for it. */
export function runningConditions({ status }: Suggestion, now: string): SuggestionStatus["conditions"] {
  const steps = [
    { type: "Created", status: "True", reason: "SuggestionCreated", message: "Suggestion is created" },
    { type: "DeploymentReady", status: "True", reason: "DeploymentReady", message: "Deployment is ready" },
    { type: "Running", status: "True", reason: "SuggestionRunning", message: "Suggestion is running" },
  ] as const;
  return steps.reduce(
    (conditions, step) => setCondition(conditions, step, now),
    dropConditions(status?.conditions, "Succeeded"),
  );
}

/** The status of a Suggestion whose algorithm refused the experiment (Katib behaviour 3.3). */
export function failedStatus({ status }: Suggestion, message: string, now: string): SuggestionStatus {
  const failed = { type: "Failed", status: "True", reason: "SuggestionFailed", message } as const;
  return { ...status, conditions: setCondition(status?.conditions, failed, now) };
}

/** Settings with others put over them, by name. */
export function mergedSettings(
  settings: readonly NameValue[] | undefined,
  others: readonly NameValue[] | undefined,
): NameValue[] | undefined {
  if (others === undefined || others.length === 0) return settings === undefined ? undefined : [...settings];
  const merged = new Map([...(settings ?? []), ...others].map(({ name, value }) => [name, value]));
  return [...merged].map(([name, value]) => ({ name, value }));
}

/** Assignments that are asked for and not made. */
export function missingAssignments({ spec, status }: Suggestion): number {
  return status?.exhausted === true ? 0 : Math.max(0, (spec.requests ?? 0) - (status?.suggestionCount ?? 0));
}
