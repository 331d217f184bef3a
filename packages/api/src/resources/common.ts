import Type from "typebox";

/**
 * Schemas shared by the Katib kinds. TypeBox values are JSON Schema, so the same source gives static types, validation,
 * CRDs, OpenAPI and the documentation that `kubectl explain` prints. Field by field: Katib behaviour 1.3.
 */

/** A string enum that stays a structural schema (`type` beside `enum`), as CRDs demand. */
export function stringEnum<const T extends string>(
  values: readonly T[],
  options: { description?: string; default?: T } = {},
) {
  return Type.Unsafe<T>({ type: "string", enum: [...values], ...options });
}

/** For server-side apply: a list whose items are told apart by their name (or another key). */
export const keyedBy = (key: string) => ({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [key] });

const int32 = (description: string) => Type.Integer({ format: "int32", description });
const time = (description: string) =>
  Type.Optional(Type.Unsafe<string | null>({ type: "string", format: "date-time", nullable: true, description }));

export const NameValue = Type.Object({
  name: Type.String({ description: "Name of the setting." }),
  value: Type.String({ description: "Value of the setting, always text." }),
});
export type NameValue = Type.Static<typeof NameValue>;

export const AlgorithmSpec = Type.Object({
  algorithmName: Type.Optional(
    Type.String({ description: "Search algorithm, for example random, grid, tpe or bayesianoptimization." }),
  ),
  algorithmSettings: Type.Optional(
    Type.Array(NameValue, { description: "Settings of the algorithm.", ...keyedBy("name") }),
  ),
});
export type AlgorithmSpec = Type.Static<typeof AlgorithmSpec>;

export const EarlyStoppingSpec = Type.Object({
  algorithmName: Type.Optional(Type.String({ description: "Early-stopping rule, for example medianstop." })),
  algorithmSettings: Type.Optional(Type.Array(NameValue, { description: "Settings of the rule.", ...keyedBy("name") })),
  additionalAlgorithms: Type.Optional(
    Type.Array(AlgorithmSpec, { description: "Further rules; a trial stops when any rule says so. Not in Katib." }),
  ),
});
export type EarlyStoppingSpec = Type.Static<typeof EarlyStoppingSpec>;

export const ObjectiveType = stringEnum(["minimize", "maximize"], { description: "Direction of the objective." });
export const STRATEGIES = ["min", "max", "latest"] as const;
export type StrategyValue = (typeof STRATEGIES)[number];

export const ObjectiveSpec = Type.Object({
  type: Type.Optional(ObjectiveType),
  goal: Type.Optional(
    Type.Number({ description: "The experiment succeeds once the objective reaches this value (inclusive)." }),
  ),
  objectiveMetricName: Type.Optional(Type.String({ description: "Metric to optimise." })),
  additionalMetricNames: Type.Optional(
    Type.Array(Type.String(), { description: "Metrics collected beside the objective." }),
  ),
  metricStrategies: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.String({ description: "Metric name." }),
        value: stringEnum(STRATEGIES, {
          description: "Which of a trial's reported values counts: the smallest, largest or last.",
        }),
      }),
      { description: "How one value per trial and metric is chosen from the reported series." },
    ),
  ),
  additionalObjectives: Type.Optional(
    Type.Array(
      Type.Object({
        type: ObjectiveType,
        objectiveMetricName: Type.String({ description: "Metric to optimise together with the main objective." }),
      }),
      { description: "More objectives, for multi-objective search. Not in Katib." },
    ),
  ),
  constraints: Type.Optional(
    Type.Array(
      Type.Object({
        metricName: Type.String({ description: "Reported metric that is bounded." }),
        comparison: stringEnum(["less", "greater"], {
          description: "A trial is feasible when the metric is less (greater) than or equal to the value.",
        }),
        value: Type.Number({ description: "The bound." }),
      }),
      { description: "Outcome constraints. Not in Katib." },
    ),
  ),
});
export type ObjectiveSpec = Type.Static<typeof ObjectiveSpec>;

export const PARAMETER_TYPES = ["double", "int", "discrete", "categorical"] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];
export const DISTRIBUTIONS = ["uniform", "logUniform", "normal", "logNormal"] as const;
export type Distribution = (typeof DISTRIBUTIONS)[number];

export const FeasibleSpace = Type.Object({
  max: Type.Optional(Type.String({ description: "Largest value, as text (double, int)." })),
  min: Type.Optional(Type.String({ description: "Smallest value, as text (double, int)." })),
  step: Type.Optional(
    Type.String({ description: "Distance between values, counted from min, as text (double, int)." }),
  ),
  list: Type.Optional(Type.Array(Type.String(), { description: "The values to choose from (discrete, categorical)." })),
  distribution: Type.Optional(
    stringEnum(DISTRIBUTIONS, { description: "Prior over the range (double, int).", default: "uniform" }),
  ),
});
export type FeasibleSpace = Type.Static<typeof FeasibleSpace>;

export const ParameterSpec = Type.Object({
  name: Type.String({ description: "Name of the parameter." }),
  parameterType: Type.Optional(stringEnum(PARAMETER_TYPES, { description: "Type of the parameter." })),
  feasibleSpace: Type.Optional(FeasibleSpace),
  activeWhen: Type.Optional(
    Type.Array(
      Type.Object({
        parameter: Type.String({ description: "Name of a discrete or categorical parameter." }),
        values: Type.Array(Type.String(), {
          description: "The parameter is active when the other has one of these values.",
        }),
      }),
      { description: "Conditions, all of which must hold for the parameter to be active. Not in Katib." },
    ),
  ),
});
export type ParameterSpec = Type.Static<typeof ParameterSpec>;

export const ParameterAssignment = Type.Object({
  name: Type.String({ description: "Parameter name." }),
  value: Type.String({ description: "Chosen value, as text." }),
});
export type ParameterAssignment = Type.Static<typeof ParameterAssignment>;

export const Metric = Type.Object({
  name: Type.String({ description: "Metric name." }),
  min: Type.Optional(
    Type.String({ description: "Smallest reported value, as reported; unavailable if none is a number." }),
  ),
  max: Type.Optional(Type.String({ description: "Largest reported value, as reported." })),
  latest: Type.Optional(Type.String({ description: "Value with the latest time stamp, as reported." })),
});
export type Metric = Type.Static<typeof Metric>;
/** The value that stands for "nothing numeric was reported". */
export const UNAVAILABLE = "unavailable";

export const Observation = Type.Object({ metrics: Type.Optional(Type.Array(Metric)) });
export type Observation = Type.Static<typeof Observation>;

export const EarlyStoppingRule = Type.Object({
  name: Type.String({ description: "Metric name." }),
  value: Type.String({ description: "Threshold, as text." }),
  comparison: stringEnum(["equal", "less", "greater"], {
    description: "How the metric compares with the threshold when the rule holds.",
  }),
  startStep: Type.Optional(Type.Integer({ description: "Number of the report from which on the rule is tested." })),
});
export type EarlyStoppingRule = Type.Static<typeof EarlyStoppingRule>;

export const Condition = Type.Object({
  type: Type.String({ description: "Type of the condition." }),
  status: stringEnum(["True", "False", "Unknown"], { description: "Whether the condition holds." }),
  reason: Type.Optional(Type.String({ description: "One word for the last change." })),
  message: Type.Optional(Type.String({ description: "A sentence about the last change." })),
  lastUpdateTime: time("When the condition was last written."),
  lastTransitionTime: time("When the status last changed."),
});
export type Condition = Type.Static<typeof Condition>;

/** `metadata`; checked by the store, opaque to schemas. */
export const Metadata = Type.Unsafe<import("./object.ts").ObjectMeta>({ type: "object" });

export { int32, time };
