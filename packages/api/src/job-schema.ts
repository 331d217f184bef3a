import type { FieldProblem } from "./errors.ts";
import { kubernetesSchemas } from "./generated/kubernetes-schemas.ts";
import { checkSchema } from "./schema-check.ts";
import { STAND_IN } from "./trial-template.ts";

/**
 * Fields of a Job or Pod that Kubernetes would not accept (Katib behaviour 2.3 rule 37): unknown, misplaced or of the wrong type. A placeholder stands for a
 * text in `trialSpec`, also when it is filled (4.1), so it cannot stand where a number is expected.
 */
export function runnableSchemaProblems(
  object: object,
  definition: "batch/v1.Job" | "core/v1.Pod",
  path: string,
): FieldProblem[] {
  return builtInSchemaProblems(object, definition, path).flatMap((problem): FieldProblem[] => {
    const { value, reason } = problem;
    if (typeof value !== "string") return [problem];
    if (value.includes(STAND_IN)) return isOfScalar(problem) ? [] : [problem]; // a ConfigMap's text: numbers come to be
    if (!value.includes("${trialParameters.")) return [problem];
    if (reason !== "FieldValueTypeInvalid") return []; // judged when it is filled
    return [{ ...problem, hint: "values are texts in trialSpec; in a template from a ConfigMap they can be numbers" }];
  });
}

function isOfScalar({ problem, reason }: FieldProblem): boolean {
  return reason !== "FieldValueTypeInvalid" || !/^expected (a list|an object)/.test(problem);
}

/** Problems of an object of a built-in kind, by the name of its schema: `core/v1.ConfigMap`. */
export function builtInSchemaProblems(object: object, definition: string, path = ""): FieldProblem[] {
  const schemas = kubernetesSchemas();
  const schema = schemas[definition];
  return schema === undefined ? [] : checkSchema(object, schema, path, (ref) => schemas[ref]);
}
