import { randomStream } from "@qalam/numeric";
import { bbobOptimum } from "./bbob.ts";
import type { BenchmarkData, SuiteTask } from "./benchmark-data.ts";
import { openTask } from "./task.ts";

const DRAWS = 2001;

/**
 * A task that is not in the suite, by name: bbob:f7d10i2 (any function, dimension and instance), lcbench:3945 or rbv2_xgboost:37 (any data set of the surrogates).
 * Its `clip` is the median of random draws. The optimum of a surrogate is unknown: the best of these draws stands for it, so S may pass 100.
 * @throws when there is no such task
 */
export async function heldOutTask(data: BenchmarkData, name: string): Promise<SuiteTask> {
  const draft = draftOf(data, name);
  const task = await openTask(data, draft);
  const random = randomStream(0, "held out", name);
  const values: number[] = [];
  for (let i = 0; i < DRAWS; i++) {
    const unit = Float64Array.from({ length: task.space.dimension }, () => random.uniform());
    values.push(await task.evaluate(task.space.decode(unit)));
  }
  values.sort((a, b) => a - b);
  const optimum = draft.family === "bbob" ? draft.optimum : (values[0] as number);
  return { ...draft, optimum, clip: values[(DRAWS - 1) / 2] as number };
}

function draftOf({ tasks }: BenchmarkData, name: string): SuiteTask {
  const [, number = 0, dimension = 0, instance = 0] = (/^bbob:f(\d+)d(\d+)i(\d+)$/.exec(name) ?? []).map(Number);
  if (number > 0 && dimension > 0) {
    const space = Array.from({ length: dimension }, (_, i) => ({
      name: `x${i}`,
      kind: "f" as const,
      low: -5,
      high: 5,
    }));
    const optimum = bbobOptimum(number, dimension, instance);
    return { name, family: "bbob", args: [number, dimension, instance], space, optimum, clip: Number.NaN };
  }
  const [scenario, dataSet = ""] = name.split(":");
  const sibling = tasks.find(({ family, args }) => family === "yahpo" && args[0] === scenario);
  if (sibling !== undefined) return { ...sibling, name, args: [scenario as string, dataSet] };
  throw new Error(
    `unknown task "${name}"; there are ${tasks.map((task) => task.name).join(", ")}, and outside the suite names like bbob:f7d10i2, lcbench:3945, rbv2_xgboost:37`,
  );
}
