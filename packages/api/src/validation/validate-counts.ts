import type { FieldProblem } from "../errors.ts";
import type { Experiment } from "../resources/experiment.ts";
import { Problems } from "./problems.ts";

/** Rules 2–6 of Katib behaviour 2.3. */
export function validateCounts({ spec }: Pick<Experiment, "spec">): FieldProblem[] {
  const problems = new Problems();
  const { maxTrialCount: max, parallelTrialCount: parallel, maxFailedTrialCount: failed } = spec;
  if (failed !== undefined && failed < 0)
    problems.invalid("spec.maxFailedTrialCount", failed, "should not be less than 0");
  if (max !== undefined && max <= 0) problems.invalid("spec.maxTrialCount", max, "must be greater than 0");
  if (parallel !== undefined && parallel <= 0)
    problems.invalid("spec.parallelTrialCount", parallel, "must be greater than 0");
  if (max !== undefined && failed !== undefined && failed > max)
    problems.invalid("spec.maxFailedTrialCount", failed, `should be less than or equal to spec.maxTrialCount (${max})`);
  if (max !== undefined && parallel !== undefined && parallel > max)
    problems.invalid(
      "spec.parallelTrialCount",
      parallel,
      `should be less than or equal to spec.maxTrialCount (${max})`,
    );
  return problems.list;
}
