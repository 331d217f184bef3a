import {
  createSearchSpace,
  type LinearConstraint,
  type Parameter,
  type Point,
  type SearchSpace,
} from "@qalam/algorithms";
import { type ExperimentSpec, type ParameterSpec, parseConstraint } from "@qalam/api";

/** The one translation of an experiment's parameters into the search space of an algorithm. The experiment is valid. */
export function toSearchSpace({
  parameters = [],
  parameterConstraints = [],
}: Pick<ExperimentSpec, "parameters" | "parameterConstraints">): SearchSpace {
  return createSearchSpace(
    parameters.map((parameter) => toParameter(parameter, parameters)),
    parameterConstraints.flatMap((text) => toConstraint(text, parameters)),
  );
}

/** The points an experiment wants tried first. */
export function toInitialPoints(
  { initialTrials = [] }: Pick<ExperimentSpec, "initialTrials">,
  space: SearchSpace,
): Point[] {
  return initialTrials.flatMap(({ parameterAssignments }) => space.parse(parameterAssignments) ?? []);
}

function toParameter(
  { name, parameterType, feasibleSpace = {}, activeWhen }: ParameterSpec,
  all: readonly ParameterSpec[],
): Parameter {
  const conditions = activeWhen?.map(({ parameter, values }) => {
    const index = all.findIndex((one) => one.name === parameter);
    const list = all[index]?.feasibleSpace?.list ?? [];
    return { parameter: index, indices: values.map((value) => list.indexOf(value)) };
  });
  const active = conditions === undefined ? {} : { activeWhen: conditions };
  if (parameterType === "discrete" || parameterType === "categorical")
    return { name, type: parameterType, values: feasibleSpace.list ?? [], ...active };
  const step = feasibleSpace.step === undefined || feasibleSpace.step === "" ? undefined : Number(feasibleSpace.step);
  return {
    name,
    type: parameterType === "int" ? "int" : "double",
    min: Number(feasibleSpace.min),
    max: Number(feasibleSpace.max),
    ...(step !== undefined && { step }),
    distribution: feasibleSpace.distribution ?? "uniform",
    ...active,
  };
}

function toConstraint(text: string, parameters: readonly ParameterSpec[]): LinearConstraint[] {
  const constraint = parseConstraint(text);
  if (constraint === undefined) return [];
  const coefficients = [...constraint.coefficients].map(([name, coefficient]) => ({
    parameter: parameters.findIndex((one) => one.name === name),
    coefficient,
  }));
  return [{ coefficients, bound: constraint.bound }];
}
