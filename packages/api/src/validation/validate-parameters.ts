import { parseGoFloat } from "../go-float.ts";
import { didYouMean } from "../nearest.ts";
import { parseConstraint } from "../parameter-constraint.ts";
import { DISTRIBUTIONS, type FeasibleSpace, PARAMETER_TYPES, type ParameterSpec } from "../resources/common.ts";
import type { ExperimentSpec } from "../resources/experiment.ts";
import type { Problems } from "./problems.ts";

/** Rules 40–45 of Katib behaviour 2.3, and what Katib finds out only at run time: numbers, order of the bounds, steps, lists, duplicates, conditions. */
export function validateParameters(spec: ExperimentSpec, problems: Problems): void {
  const parameters = spec.parameters ?? [];
  const seen = new Set<string>();
  parameters.forEach((parameter, i) => {
    const path = `spec.parameters[${i}]`;
    if (!parameter.name) problems.required(`${path}.name`, "is missing");
    else if (seen.has(parameter.name))
      problems.duplicate(`${path}.name`, parameter.name, "each parameter needs a name of its own");
    seen.add(parameter.name);
    validateParameter(parameter, path, problems);
    validateConditions(parameter, parameters.slice(0, i), parameters, path, problems);
  });
  validateConstraints(spec, problems);
  validateInitialTrials(spec, problems);
}

function validateParameter({ parameterType, feasibleSpace }: ParameterSpec, path: string, problems: Problems): void {
  if (parameterType === undefined)
    return problems.required(`${path}.parameterType`, "is missing", `write one of ${PARAMETER_TYPES.join(", ")}`);
  if (!PARAMETER_TYPES.includes(parameterType)) {
    return problems.invalid(
      `${path}.parameterType`,
      parameterType,
      "is not a type",
      `write one of ${PARAMETER_TYPES.join(", ")}`,
    );
  }
  const at = `${path}.feasibleSpace`;
  if (feasibleSpace === undefined)
    return problems.required(
      at,
      "is missing",
      parameterType === "double" || parameterType === "int" ? "give min and max" : "give a list",
    );
  if (feasibleSpace.distribution !== undefined && !DISTRIBUTIONS.includes(feasibleSpace.distribution)) {
    problems.invalid(
      `${at}.distribution`,
      feasibleSpace.distribution,
      "is not a distribution",
      `write one of ${DISTRIBUTIONS.join(", ")}`,
    );
  }
  if (parameterType === "double" || parameterType === "int") validateRange(feasibleSpace, parameterType, at, problems);
  else validateList(feasibleSpace, parameterType, at, problems);
}

function validateRange(space: FeasibleSpace, type: "double" | "int", at: string, problems: Problems): void {
  if ((space.list?.length ?? 0) > 0)
    problems.invalid(
      `${at}.list`,
      space.list,
      `${type} parameters have min and max, not a list`,
      "use parameterType discrete or categorical for a list",
    );
  const min = numberAt(space.min, type, `${at}.min`, problems);
  const max = numberAt(space.max, type, `${at}.max`, problems);
  if (min !== undefined && max !== undefined && min > max)
    problems.invalid(`${at}.max`, space.max, `must not be below min (${space.min})`, "swap them or raise max");
  if (space.step !== undefined && space.step !== "") {
    const step = numberAt(space.step, type, `${at}.step`, problems);
    if (step !== undefined && step <= 0) problems.invalid(`${at}.step`, space.step, "must be above zero");
  }
  const isLog = space.distribution === "logUniform" || space.distribution === "logNormal";
  if (isLog && min !== undefined && min <= 0)
    problems.invalid(
      `${at}.min`,
      space.min,
      `${space.distribution} needs a min above zero`,
      "raise min or use uniform",
    );
}

function numberAt(
  text: string | undefined,
  type: "double" | "int",
  path: string,
  problems: Problems,
): number | undefined {
  if (text === undefined || text === "") {
    problems.required(path, "is missing", `${type} parameters need min and max`);
    return undefined;
  }
  const value = parseGoFloat(text.trim()) ?? Number.NaN;
  if (!Number.isFinite(value)) problems.invalid(path, text, "is not a number", 'write it as text, for example "0.1"');
  else if (type === "int" && !Number.isSafeInteger(value))
    problems.invalid(path, text, "is not an integer", "use parameterType double or a whole number");
  else return value;
  return undefined;
}

function validateList(space: FeasibleSpace, type: "discrete" | "categorical", at: string, problems: Problems): void {
  for (const key of ["max", "min", "step"] as const) {
    if (space[key] !== undefined && space[key] !== "")
      problems.invalid(
        `${at}.${key}`,
        space[key],
        `${type} parameters have a list, not ${key}`,
        "use parameterType int or double for a range",
      );
  }
  const list = space.list ?? [];
  if (list.length === 0) problems.required(`${at}.list`, "is empty", "list the values to choose from");
  list.forEach((value, i) => {
    if (list.indexOf(value) < i) problems.duplicate(`${at}.list[${i}]`, value);
    if (type === "discrete" && !Number.isFinite(parseGoFloat(value.trim()) ?? Number.NaN))
      problems.invalid(
        `${at}.list[${i}]`,
        value,
        "discrete values are numbers",
        "use parameterType categorical for words",
      );
  });
}

function validateConditions(
  { activeWhen }: ParameterSpec,
  before: readonly ParameterSpec[],
  all: readonly ParameterSpec[],
  path: string,
  problems: Problems,
): void {
  activeWhen?.forEach((condition, i) => {
    const at = `${path}.activeWhen[${i}]`;
    const other = all.find(({ name }) => name === condition.parameter);
    if (other === undefined)
      return problems.invalid(
        `${at}.parameter`,
        condition.parameter,
        "is not a parameter",
        didYouMean(
          condition.parameter,
          all.map(({ name }) => name),
        ),
      );
    if (!before.includes(other))
      return problems.invalid(
        `${at}.parameter`,
        condition.parameter,
        "must be listed before the parameter it switches",
        "move it up",
      );
    const list = other.feasibleSpace?.list ?? [];
    if (list.length === 0)
      return problems.invalid(
        `${at}.parameter`,
        condition.parameter,
        "conditions look at discrete and categorical parameters only",
      );
    condition.values.forEach((value, j) => {
      if (!list.includes(value))
        problems.unsupported(
          `${at}.values[${j}]`,
          value,
          `is not a value of ${condition.parameter}: ${list.join(", ")}`,
          didYouMean(value, list),
        );
    });
  });
}

function validateConstraints({ parameterConstraints, parameters = [] }: ExperimentSpec, problems: Problems): void {
  parameterConstraints?.forEach((text, i) => {
    const at = `spec.parameterConstraints[${i}]`;
    const constraint = parseConstraint(text);
    if (constraint === undefined)
      return problems.invalid(at, text, "is not a linear inequality", "write for example a + 2*b <= 10");
    for (const name of constraint.coefficients.keys()) {
      const parameter = parameters.find((one) => one.name === name);
      if (parameter === undefined)
        problems.invalid(
          at,
          text,
          `"${name}" is not a parameter`,
          didYouMean(
            name,
            parameters.map((one) => one.name),
          ),
        );
      else if (parameter.parameterType === "categorical")
        problems.invalid(at, text, `"${name}" is categorical and has no number`);
    }
  });
}

function validateInitialTrials({ initialTrials, parameters = [] }: ExperimentSpec, problems: Problems): void {
  initialTrials?.forEach(({ parameterAssignments }, i) => {
    for (const [j, { name, value }] of parameterAssignments.entries()) {
      const at = `spec.initialTrials[${i}].parameterAssignments[${j}]`;
      const parameter = parameters.find((one) => one.name === name);
      if (parameter === undefined)
        problems.invalid(
          `${at}.name`,
          name,
          "is not a parameter",
          didYouMean(
            name,
            parameters.map((one) => one.name),
          ),
        );
      else if (!isWithin(parameter, value))
        problems.invalid(`${at}.value`, value, `is not within the feasible space of ${name}`);
    }
    const missing = parameters.filter(
      (one) => one.activeWhen === undefined && !parameterAssignments.some(({ name }) => name === one.name),
    );
    if (missing.length > 0)
      problems.required(
        `spec.initialTrials[${i}].parameterAssignments`,
        `no value for ${missing.map(({ name }) => name).join(", ")}`,
      );
  });
}

function isWithin({ feasibleSpace }: ParameterSpec, value: string): boolean {
  if (feasibleSpace?.list !== undefined) return feasibleSpace.list.includes(value);
  return (
    value.trim() !== "" && Number(value) >= Number(feasibleSpace?.min) && Number(value) <= Number(feasibleSpace?.max)
  );
}
