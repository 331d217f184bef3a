import type { FieldProblem } from "./errors.ts";
import { kubernetesSchemas } from "./generated/kubernetes-schemas.ts";
import { checkSchema } from "./schema-check.ts";

/**
 * Fields of a Job that Kubernetes would not accept (Katib behaviour 2.3 rule 37): unknown, misplaced or of the wrong type. Values that are placeholders
 * are texts until they are filled, so a text with a placeholder passes for any scalar.
 */
export function jobSchemaProblems(job: object, path: string): FieldProblem[] {
  return builtInSchemaProblems(job, "batch/v1.Job", path).filter(
    ({ value, reason }) =>
      !(reason === "FieldValueTypeInvalid" && typeof value === "string" && value.includes("${trialParameters.")),
  );
}

/** Problems of an object of a built-in kind, by the name of its schema: `core/v1.ConfigMap`. */
export function builtInSchemaProblems(object: object, definition: string, path = ""): FieldProblem[] {
  const schemas = kubernetesSchemas();
  const schema = schemas[definition];
  return schema === undefined ? [] : checkSchema(object, schema, path, (ref) => schemas[ref]);
}
