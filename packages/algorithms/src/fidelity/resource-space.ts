import { createSearchSpace } from "../create-search-space.ts";
import type { LinearConstraint, Parameter, Point } from "../parameter.ts";
import type { SearchSpace } from "../search-space.ts";

/** A search space one of whose parameters is the resource a training may use: epochs, rows, seconds. The others make up the configuration. */
export interface ResourceSpace {
  /** Place of the resource among the parameters. */
  readonly index: number;
  readonly parameter: RangeParameter;
  /** The space without the resource. */
  readonly configurations: SearchSpace;
  /** The point that trains a configuration with this resource. */
  join(configuration: Point, resource: number): Point;
  configurationOf(point: Point): Point;
}

/** A parameter that is a range of numbers. */
export type RangeParameter = Extract<Parameter, { type: "double" | "int" }>;

/** Takes a space apart. @param name of the resource parameter; `resourceProblems` found nothing wrong with it */
export function resourceSpace(space: SearchSpace, name: string): ResourceSpace {
  const index = space.parameters.findIndex((parameter) => parameter.name === name);
  const parameter = space.parameters[index] as RangeParameter;
  const without = (point: Point) => Float64Array.from([...point.subarray(0, index), ...point.subarray(index + 1)]);
  return {
    index,
    parameter,
    configurations: withoutParameter(space, index),
    configurationOf: without,
    join(configuration, resource) {
      const point = new Float64Array(configuration.length + 1);
      point.set(configuration.subarray(0, index));
      point[index] = resource;
      point.set(configuration.subarray(index), index + 1);
      return point;
    },
  };
}

/** Why a parameter cannot be the resource, in words. @param setting that names it */
export function resourceProblems({ parameters, constraints }: SearchSpace, name: string, setting: string): string[] {
  const index = parameters.findIndex((parameter) => parameter.name === name);
  const parameter = parameters[index];
  if (parameter === undefined)
    return [
      `${setting}: there is no parameter "${name}"; the parameters are ${parameters.map((one) => one.name).join(", ")}`,
    ];
  if ("values" in parameter)
    return [`${setting}: parameter "${name}" is ${parameter.type}; the resource must be an int or a double`];
  const problems: string[] = [];
  if (parameter.activeWhen !== undefined)
    problems.push(`${setting}: parameter "${name}" is conditional (activeWhen); the resource must always be active`);
  if (constraints.some(({ coefficients }) => coefficients.some((one) => one.parameter === index)))
    problems.push(`${setting}: parameter "${name}" is in parameterConstraints; the resource must be free`);
  if (parameters.length === 1)
    problems.push(`${setting}: "${name}" is the only parameter; add at least one that is to be tuned`);
  return problems;
}

/** The same space with the resource parameter replaced. */
export function withParameter(space: SearchSpace, parameter: Parameter): SearchSpace {
  return createSearchSpace(
    space.parameters.map((one) => (one.name === parameter.name ? parameter : one)),
    space.constraints,
  );
}

function withoutParameter({ parameters, constraints }: SearchSpace, removed: number): SearchSpace {
  const moved = (index: number) => (index > removed ? index - 1 : index);
  return createSearchSpace(
    parameters.flatMap((parameter, i): Parameter[] => {
      if (i === removed) return [];
      const { activeWhen } = parameter;
      if (activeWhen === undefined) return [parameter];
      return [{ ...parameter, activeWhen: activeWhen.map((one) => ({ ...one, parameter: moved(one.parameter) })) }];
    }),
    constraints.map(
      ({ coefficients, bound }): LinearConstraint => ({
        coefficients: coefficients.map((one) => ({ ...one, parameter: moved(one.parameter) })),
        bound,
      }),
    ),
  );
}
