import { parseDuration } from "../duration.ts";
import type { FieldProblem } from "../errors.ts";
import { didYouMean } from "../nearest.ts";
import { COLLECTOR_KINDS, Experiment, RESUME_POLICIES } from "../resources/experiment.ts";
import { checkSchema, type Schema } from "../schema-check.ts";
import type { ValidationContext } from "./catalogue.ts";
import { Problems } from "./problems.ts";
import { validateCollector } from "./validate-collector.ts";
import { validateCounts } from "./validate-counts.ts";
import { validateObjective } from "./validate-objective.ts";
import { validateParameters } from "./validate-parameters.ts";
import { validateTemplate } from "./validate-template.ts";
import { withoutPaths } from "./without-paths.ts";

/** Katib's limit; trial names add nine characters and must stay DNS labels. */
const MAX_NAME_LENGTH = 40;

/**
 * Everything wrong with an experiment after defaulting (Katib behaviour 2.3; rule numbers in the code), all at once: fields of the wrong type are
 * reported, and the rules judge what is left.
 */
export function validateExperiment(given: Experiment, context: ValidationContext): FieldProblem[] {
  const problems = new Problems();
  problems.addAll(checkSchema(given, Experiment as unknown as Schema));
  const mistyped = problems.list.filter(
    ({ reason }) => reason === "FieldValueTypeInvalid" || reason === "FieldValueRequired",
  );
  if (mistyped.some(({ path }) => path === "spec" || path === "metadata" || path === "")) return problems.list;
  const experiment = withoutPaths(given, mistyped);
  validateName(experiment, problems);
  problems.addAll(validateCounts(experiment));
  validateResumePolicy(experiment, problems);
  validateObjective(experiment.spec, problems);
  validateAlgorithms(experiment, context, problems);
  validateSearchSpace(experiment, problems);
  validateTemplate(experiment, context, problems);
  validateCollector(experiment, context.collectorKinds ?? COLLECTOR_KINDS, problems);
  validateExtras(experiment, problems);
  return dropEchoes(problems.list).filter(
    ({ path, reason }) =>
      reason !== "FieldValueRequired" ||
      !mistyped.some((fault) => fault.reason !== reason && (fault.path === path || fault.path.startsWith(`${path}[`))),
  );
}

/** Rule 1, with the end of the name checked too. */
function validateName({ metadata }: Experiment, problems: Problems): void {
  const name = metadata.name ?? "";
  if (name === "" && metadata.generateName !== undefined) return;
  if (name === "") return problems.required("metadata.name", "is missing", "give the experiment a name");
  if (!/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name))
    problems.invalid(
      "metadata.name",
      name,
      "must begin with a small letter and have only small letters, digits and -",
      `write ${suggestName(name)}`,
    );
  if (name.length > MAX_NAME_LENGTH)
    problems.invalid("metadata.name", name, `has ${name.length} characters, at most ${MAX_NAME_LENGTH} are possible`);
}

function suggestName(name: string): string {
  const cleaned = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "");
  return (cleaned === "" ? "my-experiment" : cleaned).slice(0, MAX_NAME_LENGTH);
}

/** Rule 19. */
function validateResumePolicy({ spec }: Experiment, problems: Problems): void {
  const policy = spec.resumePolicy;
  if (policy !== undefined && !RESUME_POLICIES.includes(policy))
    problems.unsupported("spec.resumePolicy", policy, `is not one of ${RESUME_POLICIES.join(", ")}`);
}

/** Rules 14–18. */
function validateAlgorithms(experiment: Experiment, { catalogue }: ValidationContext, problems: Problems): void {
  const { algorithm, earlyStopping } = experiment.spec;
  if (algorithm === undefined)
    problems.required("spec.algorithm", "is missing", `name one: ${catalogue.algorithmNames.join(", ")}`);
  else if (isKnown(algorithm.algorithmName, catalogue.algorithmNames, "spec.algorithm.algorithmName", problems))
    problems.addAll(catalogue.checkAlgorithm(algorithm, experiment));
  if (earlyStopping === undefined) return;
  const rules = [
    ["spec.earlyStopping", earlyStopping] as const,
    ...(earlyStopping.additionalAlgorithms ?? []).map(
      (rule, i) => [`spec.earlyStopping.additionalAlgorithms[${i}]`, rule] as const,
    ),
  ];
  for (const [path, rule] of rules) {
    if (isKnown(rule.algorithmName, catalogue.earlyStoppingNames, `${path}.algorithmName`, problems))
      problems.addAll(catalogue.checkEarlyStopping(rule, path));
  }
}

function isKnown(name: string | undefined, names: readonly string[], path: string, problems: Problems): boolean {
  if (name === undefined || name === "") problems.required(path, "is missing", `name one: ${names.join(", ")}`);
  else if (!names.includes(name))
    problems.unsupported(
      path,
      name,
      `unknown algorithm "${name}"; there are ${names.join(", ")}`,
      didYouMean(name, names),
    );
  else return true;
  return false;
}

/** Rules 38–45. */
function validateSearchSpace({ spec }: Experiment, problems: Problems): void {
  const hasParameters = (spec.parameters?.length ?? 0) > 0;
  if (!hasParameters && spec.nasConfig === undefined)
    problems.required(
      "spec.parameters",
      "neither spec.parameters nor spec.nasConfig is given",
      "list at least one parameter",
    );
  if (hasParameters && spec.nasConfig !== undefined)
    problems.invalid("spec.nasConfig", undefined, "only one of spec.parameters and spec.nasConfig can be given");
  if (hasParameters) validateParameters(spec, problems);
  spec.nasConfig?.operations?.forEach((operation, i) => {
    const path = `spec.nasConfig.operations[${i}]`;
    if (!operation.operationType) problems.required(`${path}.operationType`, "is missing");
    if ((operation.parameters?.length ?? 0) === 0)
      problems.required(`${path}.parameters`, "an operation needs at least one parameter");
  });
}

function validateExtras({ spec }: Experiment, problems: Problems): void {
  if (spec.maxDuration !== undefined && !parseDuration(spec.maxDuration))
    problems.invalid(
      "spec.maxDuration",
      spec.maxDuration,
      "is not a duration above zero",
      "write for example 90s, 30m or 1h30m",
    );
}

/** A fault that the schema's enum and a rule both see, or that is missing for two reasons, is told once. */
function dropEchoes(problems: readonly FieldProblem[]): FieldProblem[] {
  const told = new Set<string>();
  return problems.filter(({ path, reason, problem }) => {
    const key = reason === "FieldValueInvalid" ? `${path} ${problem}` : `${path} ${reason}`;
    const isEcho = told.has(key) || (reason === "FieldValueInvalid" && told.has(`${path} FieldValueNotSupported`));
    told.add(key);
    return !isEcho;
  });
}
