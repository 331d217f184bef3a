import type { LinearConstraint, Parameter } from "./parameter.ts";

/** A search space that makes no sense. `problems` has everything that is wrong. */
export class SearchSpaceError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`invalid search space: ${problems.join("; ")}`);
    this.name = "SearchSpaceError";
    this.problems = problems;
  }
}

/** Everything that is wrong with parameters and constraints, in words; none when they make a search space. */
export function searchSpaceProblems(
  parameters: readonly Parameter[],
  constraints: readonly LinearConstraint[],
): string[] {
  const problems: string[] = [];
  parameters.forEach((parameter, i) => {
    const { name } = parameter;
    if (parameters.findIndex((other) => other.name === name) < i) problems.push(`parameter "${name}" is there twice`);
    const own = "values" in parameter ? listProblems(parameter) : rangeProblems(parameter);
    problems.push(...[...own, ...conditionProblems(parameter, parameters, i)].map((text) => `${name}: ${text}`));
  });
  constraints.forEach((constraint, i) => {
    problems.push(...constraintProblems(constraint, parameters).map((text) => `constraint ${i}: ${text}`));
  });
  return problems;
}

function listProblems({ type, values }: Extract<Parameter, { values: readonly string[] }>): string[] {
  const problems: string[] = [];
  if (values.length === 0) problems.push("values is empty; list the values to choose from");
  const twice = values.filter((value, i) => values.indexOf(value) < i);
  if (twice.length > 0) problems.push(`values are there twice: ${twice.join(", ")}`);
  const words = type === "discrete" ? values.filter((value) => !Number.isFinite(numberOf(value))) : [];
  if (words.length > 0) problems.push(`discrete values must be numbers, found ${words.join(", ")}; use categorical`);
  return problems;
}

function rangeProblems(parameter: Exclude<Parameter, { values: readonly string[] }>): string[] {
  const { type, min, max, step, distribution } = parameter;
  const problems: string[] = [];
  const isBound = type === "int" ? Number.isSafeInteger : Number.isFinite;
  if (!isBound(min) || !isBound(max) || min > max)
    problems.push(`min ${min} and max ${max} are no ${type} range from low to high`);
  if (step !== undefined && !(step > 0 && Number.isFinite(step) && (type !== "int" || Number.isInteger(step))))
    problems.push(`step ${step} must be ${type === "int" ? "a whole number" : "a number"} above 0`);
  if (distribution.startsWith("log") && !(min > 0))
    problems.push(`${distribution} needs a min above 0, found ${min}; raise it or use uniform`);
  return problems;
}

function conditionProblems({ activeWhen = [] }: Parameter, parameters: readonly Parameter[], i: number): string[] {
  return activeWhen.flatMap(({ parameter, indices }) => {
    const other = parameters[parameter];
    if (other === undefined || parameter >= i)
      return [`a condition names parameter ${parameter}, which must stand earlier in the list`];
    if (!("values" in other)) return [`a condition looks at ${other.name}, which is not discrete or categorical`];
    return indices
      .filter((index) => other.values[index] === undefined)
      .map((index) => `a condition names value ${index} of ${other.name}, which has ${other.values.length}`);
  });
}

function constraintProblems({ coefficients, bound }: LinearConstraint, parameters: readonly Parameter[]): string[] {
  const problems: string[] = [];
  if (!Number.isFinite(bound)) problems.push(`bound ${bound} is not a number`);
  let least = 0;
  let isConditional = false;
  for (const { parameter, coefficient } of coefficients) {
    const named = parameters[parameter];
    if (named === undefined || named.type === "categorical" || !Number.isFinite(coefficient)) {
      problems.push(`${coefficient} times ${named?.name ?? `parameter ${parameter}`} is no number`);
      continue;
    }
    const ends = "values" in named ? named.values.map(numberOf) : [named.min, named.max];
    least += Math.min(...ends.map((end) => end * coefficient));
    isConditional ||= named.activeWhen !== undefined;
  }
  if (problems.length === 0 && !isConditional && least > bound + 1e-9 * Math.max(1, Math.abs(bound)))
    problems.push(`cannot hold: the sum is at least ${least}, the bound ${bound}`);
  return problems;
}

function numberOf(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}
