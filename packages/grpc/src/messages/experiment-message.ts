import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Experiment, ExperimentSpec, NameValue, ObjectiveSpec, ParameterSpec } from "@qalam/api";
import type {
  Experiment as ExperimentMessage,
  ExperimentSchema,
  ObjectiveSpec as ObjectiveMessage,
  ObjectiveSpecSchema,
  ParameterSpec as ParameterMessage,
  ParameterSpecSchema,
} from "../generated/katib_pb.ts";
import { distributions, objectiveTypes, parameterTypes } from "./enums.ts";

/** An experiment as Katib's messages tell it (Katib behaviour 8.2). @param returned settings the algorithm gave back, which override the user's */
export function experimentToMessage(
  { metadata, spec }: Experiment,
  returned: readonly NameValue[] = [],
): MessageInitShape<typeof ExperimentSchema> {
  const settings = new Map(
    [...(spec.algorithm?.algorithmSettings ?? []), ...returned].map(({ name, value }) => [name, value]),
  );
  return {
    name: metadata.name,
    spec: {
      parameterSpecs: { parameters: (spec.parameters ?? []).map(parameterToMessage) },
      objective: objectiveToMessage(spec.objective ?? {}),
      algorithm: {
        algorithmName: spec.algorithm?.algorithmName ?? "",
        algorithmSettings: [...settings].map(([name, value]) => ({ name, value })),
      },
      ...(spec.earlyStopping !== undefined && {
        earlyStopping: {
          algorithmName: spec.earlyStopping.algorithmName ?? "",
          algorithmSettings: spec.earlyStopping.algorithmSettings ?? [],
        },
      }),
      parallelTrialCount: spec.parallelTrialCount ?? 0,
      maxTrialCount: spec.maxTrialCount ?? 0,
      ...(spec.nasConfig !== undefined && { nasConfig: nasToMessage(spec.nasConfig) }),
    },
  };
}

/** The experiment of a message. Zero and empty are what messages have for absent. */
export function experimentFromMessage({ name, spec }: ExperimentMessage): Experiment {
  const { parallelTrialCount = 0, maxTrialCount = 0, algorithm } = spec ?? {};
  const parameters = spec?.parameterSpecs?.parameters ?? [];
  return {
    apiVersion: "kubeflow.org/v1beta1",
    kind: "Experiment",
    // Messages carry no uid: the seed of an experiment comes from its name.
    metadata: { name, uid: name },
    spec: {
      parameters: parameters.map(parameterFromMessage),
      objective: objectiveFromMessage(spec?.objective),
      algorithm: {
        algorithmName: algorithm?.algorithmName ?? "",
        algorithmSettings: (algorithm?.algorithmSettings ?? []).map(nameValue),
      },
      ...(parallelTrialCount > 0 && { parallelTrialCount }),
      ...(maxTrialCount > 0 && { maxTrialCount }),
    },
  };
}

/** What of an experiment no message can tell, in words. */
export function inexpressible({ spec }: Pick<Experiment, "spec">): string[] {
  const { objective, parameters = [], parameterConstraints, initialTrials, warmStart } = spec;
  const asked: [boolean, string][] = [
    [parameters.some(({ activeWhen }) => activeWhen !== undefined), "conditional parameters (activeWhen)"],
    [parameterConstraints !== undefined, "parameterConstraints"],
    [objective?.additionalObjectives !== undefined, "additionalObjectives"],
    [objective?.constraints !== undefined, "objective.constraints"],
    [initialTrials !== undefined, "initialTrials"],
    [warmStart !== undefined, "warmStart"],
  ];
  return asked.filter(([isAsked]) => isAsked).map(([, text]) => `a suggestion service cannot be told of ${text}`);
}

export function objectiveToMessage(objective: ObjectiveSpec): MessageInitShape<typeof ObjectiveSpecSchema> {
  const { type, goal = 0, objectiveMetricName = "", additionalMetricNames = [] } = objective;
  return { type: objectiveTypes.number(type) ?? 0, goal, objectiveMetricName, additionalMetricNames };
}

function objectiveFromMessage(objective: ObjectiveMessage | undefined): ObjectiveSpec {
  const type = objective === undefined ? undefined : objectiveTypes.word(objective.type);
  return {
    ...(type !== undefined && { type }),
    objectiveMetricName: objective?.objectiveMetricName ?? "",
    additionalMetricNames: objective?.additionalMetricNames ?? [],
  };
}

function parameterToMessage({
  name,
  parameterType,
  feasibleSpace = {},
}: ParameterSpec): MessageInitShape<typeof ParameterSpecSchema> {
  const { max = "", min = "", list = [], step = "", distribution } = feasibleSpace;
  return {
    name,
    parameterType: parameterTypes.number(parameterType) ?? 0,
    feasibleSpace: { max, min, list, step, distribution: distributions.number(distribution) ?? 0 },
  };
}

function parameterFromMessage({ name, parameterType, feasibleSpace }: ParameterMessage): ParameterSpec {
  const type = parameterTypes.word(parameterType);
  const { max = "", min = "", list = [], step = "" } = feasibleSpace ?? {};
  return {
    name,
    ...(type !== undefined && { parameterType: type }),
    feasibleSpace: {
      ...(max !== "" && { max }),
      ...(min !== "" && { min }),
      ...(list.length > 0 && { list }),
      ...(step !== "" && { step }),
      distribution: distributions.word(feasibleSpace?.distribution ?? 0) ?? "uniform",
    },
  };
}

function nasToMessage({ graphConfig = {}, operations = [] }: NonNullable<ExperimentSpec["nasConfig"]>) {
  const { numLayers = 0, inputSizes = [], outputSizes = [] } = graphConfig;
  return {
    graphConfig: { numLayers, inputSizes, outputSizes },
    operations: {
      operation: operations.map(({ operationType = "", parameters = [] }) => ({
        operationType,
        parameterSpecs: { parameters: parameters.map(parameterToMessage) },
      })),
    },
  };
}

export function nameValue({ name, value }: NameValue): NameValue {
  return { name, value };
}
