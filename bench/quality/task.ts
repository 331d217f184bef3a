import { createSearchSpace, type Parameter, type Point, type SearchSpace } from "@qalam/algorithms";
import { randomStream } from "@qalam/numeric";
import { bbobFunction } from "./bbob.ts";
import type { BenchmarkData, SpaceEntry, SuiteTask } from "./benchmark-data.ts";
import { surrogateObjective } from "./surrogate.ts";
import { SYNTHETIC, type Synthetic } from "./synthetic.ts";
import { tableObjective } from "./table.ts";

/** A function to minimise. */
export interface Task {
  readonly name: string;
  readonly space: SearchSpace;
  readonly optimum: number;
  readonly clip: number;
  /** What a trial measures. */
  evaluate(point: Point): number | Promise<number>;
  /** What it is worth without noise; absent: there is none. */
  value?(point: Point): number;
}

/** Makes a task of the suite ready to run. */
export async function openTask(data: BenchmarkData, task: SuiteTask): Promise<Task> {
  const { name, optimum, clip } = task;
  const space = spaceOf(task.space);
  if (task.family === "synthetic") return { name, optimum, clip, space, ...syntheticObjective(task, space) };
  return { name, optimum, clip, space, evaluate: await objectiveOf(data, task) };
}

async function objectiveOf(data: BenchmarkData, task: SuiteTask): Promise<Task["evaluate"]> {
  if (task.family === "bbob") {
    const [number = 0, dimension = 0, instance = 0] = task.args.map(Number);
    return bbobFunction(number, dimension, instance);
  }
  return task.family === "yahpo" ? surrogateObjective(data, task) : tableObjective(data, task);
}

/** Noise is the same whenever a configuration is measured again. */
function syntheticObjective({ args }: SuiteTask, space: SearchSpace): Pick<Task, "evaluate" | "value"> {
  const { value, noise } = SYNTHETIC[String(args[0])] as Synthetic;
  if (noise === undefined) return { evaluate: value };
  return { value, evaluate: (point) => value(point) + noise * randomStream(0, "noise", space.key(point)).normal() };
}

function spaceOf(entries: readonly SpaceEntry[]): SearchSpace {
  return createSearchSpace(entries.map((entry) => parameterOf(entry, entries)));
}

function parameterOf(entry: SpaceEntry, entries: readonly SpaceEntry[]): Parameter {
  const { name, kind, low = 0, high = 0, n = 0, log = false } = entry;
  const activeWhen = conditionOf(entry, entries);
  const conditional = activeWhen === undefined ? {} : { activeWhen: [activeWhen] };
  const distribution = log ? "logUniform" : "uniform";
  if (kind === "c")
    return { name, type: "categorical", values: entry.choices ?? Array.from({ length: n }, (_, i) => `${i}`) };
  if (kind === "i") return { name, type: "int", min: 0, max: n - 1, distribution: "uniform", ...conditional };
  return { name, type: kind === "f" ? "double" : "int", min: low, max: high, distribution, ...conditional };
}

function conditionOf({ parent, values = [] }: SpaceEntry, entries: readonly SpaceEntry[]) {
  if (parent === undefined) return undefined;
  const parameter = entries.findIndex(({ name }) => name === parent);
  const choices = entries[parameter]?.choices ?? [];
  return { parameter, indices: values.map((value) => choices.indexOf(value)) };
}
