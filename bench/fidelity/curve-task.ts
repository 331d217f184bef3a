import { createSearchSpace, type Point, type SearchSpace } from "@qalam/algorithms";
import type { BenchmarkData, SuiteTask } from "../quality/benchmark-data.ts";
import { surrogateObjective } from "../quality/surrogate.ts";
import { openTask } from "../quality/task.ts";

/** Name of the resource parameter. */
export const RESOURCE = "epoch";
/** Epochs of a full LCBench training. */
export const FULL = 52;

/** A task whose trainings can end after any epoch. */
export interface CurveTask {
  readonly name: string;
  readonly optimum: number;
  readonly clip: number;
  /** Of the configurations. */
  readonly space: SearchSpace;
  /** The same with the epochs as the last parameter, 1 … FULL. */
  readonly spaceWithEpochs: SearchSpace;
  /** What a training of this configuration has reached after some epochs; smaller is better. */
  valueAt(configuration: Point, epochs: number): Promise<number>;
}

/**
 * An lcbench task with its learning curves: LCBench (Zimmer et al. 2021) through YAHPO Gym's surrogate.
 * @throws when the task is not of lcbench
 */
export async function openCurveTask(data: BenchmarkData, task: SuiteTask): Promise<CurveTask> {
  if (task.family !== "yahpo" || task.args[0] !== "lcbench")
    throw new Error(
      `${task.name} has no learning curves; the tasks that have are those of lcbench, such as lcbench:3945`,
    );
  const { name, optimum, clip, space } = await openTask(data, task);
  const evaluate = await surrogateObjective(data, task);
  const spaceWithEpochs = createSearchSpace(
    [...space.parameters, { name: RESOURCE, type: "int", min: 1, max: FULL, distribution: "uniform" }],
    space.constraints,
  );
  return {
    name,
    optimum,
    clip,
    space,
    spaceWithEpochs,
    valueAt: (configuration, epochs) => evaluate(configuration, { [RESOURCE]: epochs }),
  };
}
