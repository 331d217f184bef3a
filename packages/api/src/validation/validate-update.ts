import type { FieldProblem } from "../errors.ts";
import { isExperimentCompleted, isExperimentRestartable } from "../experiment-state.ts";
import type { Experiment, ExperimentSpec } from "../resources/experiment.ts";
import { Problems } from "./problems.ts";

const counts = ["maxTrialCount", "parallelTrialCount", "maxFailedTrialCount"] as const;

/**
 * The rules for editing an experiment (Katib behaviour 2.4, rules 7–9). Difference to Katib: maxTrialCount is only compared with the trials made when it
 * is lowered, so parallelism can always be changed. Both specs after defaulting.
 */
export function validateUpdate(old: Experiment, changed: Experiment): FieldProblem[] {
  const problems = new Problems();
  const fields = changedFields(old.spec, changed.spec);
  if (fields.length === 0) return [];
  for (const field of fields) {
    if (!(counts as readonly string[]).includes(field))
      problems.forbidden(
        `spec.${field}`,
        "only maxTrialCount, parallelTrialCount and maxFailedTrialCount can be changed",
        "make a new experiment under another name",
      );
  }
  if (isExperimentCompleted(old) && !isExperimentRestartable(old)) {
    problems.invalid(
      "spec.resumePolicy",
      old.spec.resumePolicy ?? "Never",
      "the experiment has ended and cannot be restarted",
      "only an experiment that ran out of trials, with resumePolicy LongRunning or FromVolume, can",
    );
  }
  const made = old.status?.trials ?? 0;
  const max = changed.spec.maxTrialCount;
  const isRestart = isExperimentCompleted(old) && isExperimentRestartable(old);
  if (max !== undefined && fields.includes("maxTrialCount") && (max < made || (isRestart && max <= made))) {
    problems.invalid(
      "spec.maxTrialCount",
      max,
      `${made} trials have been made already`,
      isRestart ? "give more to go on" : "give at least as many",
    );
  }
  return problems.list;
}

function changedFields(old: ExperimentSpec, changed: ExperimentSpec): string[] {
  const names = new Set([...Object.keys(old), ...Object.keys(changed)]) as Set<keyof ExperimentSpec>;
  return [...names].filter((name) => canonical(old[name]) !== canonical(changed[name]));
}

/** Text that is equal for equal values, whatever the order of keys. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, item: unknown) =>
      typeof item === "object" && item !== null && !Array.isArray(item)
        ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
        : item,
    ) ?? ""
  );
}
