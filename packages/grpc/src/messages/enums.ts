import type { ParameterSpec } from "@qalam/api";
import { Distribution, ObjectiveType, ParameterType, TrialStatus_TrialConditionType } from "../generated/katib_pb.ts";

/** The words of resources for the numbers of messages, both ways. */
class Words<W extends string, N extends number> {
  readonly #numbers: Readonly<Record<W, N>>;

  constructor(numbers: Readonly<Record<W, N>>) {
    this.#numbers = numbers;
  }

  number(word: W | undefined): N | undefined {
    return word === undefined ? undefined : this.#numbers[word];
  }

  word(number: N): W | undefined {
    return (Object.keys(this.#numbers) as W[]).find((word) => this.#numbers[word] === number);
  }
}

export const parameterTypes = new Words<NonNullable<ParameterSpec["parameterType"]>, ParameterType>({
  double: ParameterType.DOUBLE,
  int: ParameterType.INT,
  discrete: ParameterType.DISCRETE,
  categorical: ParameterType.CATEGORICAL,
});

export const distributions = new Words<"uniform" | "logUniform" | "normal" | "logNormal", Distribution>({
  uniform: Distribution.UNIFORM,
  logUniform: Distribution.LOG_UNIFORM,
  normal: Distribution.NORMAL,
  logNormal: Distribution.LOG_NORMAL,
});

export const objectiveTypes = new Words<"minimize" | "maximize", ObjectiveType>({
  minimize: ObjectiveType.MINIMIZE,
  maximize: ObjectiveType.MAXIMIZE,
});

/** Types of the conditions of a Trial, latest first as they come. */
export const trialConditions = new Words<string, TrialStatus_TrialConditionType>({
  Created: TrialStatus_TrialConditionType.CREATED,
  Running: TrialStatus_TrialConditionType.RUNNING,
  Succeeded: TrialStatus_TrialConditionType.SUCCEEDED,
  Killed: TrialStatus_TrialConditionType.KILLED,
  Failed: TrialStatus_TrialConditionType.FAILED,
  MetricsUnavailable: TrialStatus_TrialConditionType.METRICSUNAVAILABLE,
  EarlyStopped: TrialStatus_TrialConditionType.EARLYSTOPPED,
});
