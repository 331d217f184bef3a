import { randomStream } from "@qalam/numeric";
import { bbobOptimum } from "./bbob.ts";
import type { BenchmarkData, SuiteTask } from "./benchmark-data.ts";
import { dataSets } from "./surrogate.ts";
import { SYNTHETIC } from "./synthetic.ts";
import { openTask } from "./task.ts";

const DRAWS = 2001;

const DIMENSIONS = [3, 5, 8, 10];

/**
 * Names of tasks that nothing is tuned on, chosen once: every second BBOB function, with 3, 5, 8 and 10 dimensions and instances 2 to 4 in turn; of the data sets of the
 * surrogates that are not in the suite every eighth and twenty-fourth; shapes that none of these has.
 */
export function heldOutNames(data: BenchmarkData): string[] {
  const bbob = Array.from({ length: 12 }, (_, i) => `bbob:f${2 * i + 2}d${DIMENSIONS[i % 4]}i${2 + (i % 3)}`);
  const every = (scenario: string, step: number) =>
    dataSets(data, scenario)
      .map((set) => `${scenario}:${set}`)
      .filter((name) => !data.tasks.some((task) => task.name === name))
      .filter((_, i) => i % step === step - 1);
  const synthetic = Object.keys(SYNTHETIC).map((name) => `synthetic:${name}`);
  return [...bbob, ...every("lcbench", 8), ...every("rbv2_xgboost", 24), ...synthetic];
}

/**
 * A task that is not in the suite, by name: bbob:f7d10i2 (any function, dimension and instance), lcbench:3945 or rbv2_xgboost:37 (any data set of the surrogates),
 * synthetic:noise and others of synthetic.ts. Its `clip` is the median of random draws. The optimum of a surrogate is unknown: the best of these draws stands for it, so S may pass 100.
 * @throws when there is no such task
 */
export async function heldOutTask(data: BenchmarkData, name: string): Promise<SuiteTask> {
  const draft = draftOf(data, name);
  const task = await openTask(data, draft);
  const random = randomStream(0, "held out", name);
  const values: number[] = [];
  for (let i = 0; i < DRAWS; i++) {
    const unit = Float64Array.from({ length: task.space.dimension }, () => random.uniform());
    const point = task.space.decode(unit);
    values.push(task.value?.(point) ?? (await task.evaluate(point)));
  }
  values.sort((a, b) => a - b);
  const optimum = draft.family === "yahpo" ? (values[0] as number) : draft.optimum;
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
  const synthetic = scenario === "synthetic" ? SYNTHETIC[dataSet] : undefined;
  if (synthetic !== undefined) {
    const { space, optimum } = synthetic;
    return { name, family: "synthetic", args: [dataSet], space, optimum, clip: Number.NaN };
  }
  const sibling = tasks.find(({ family, args }) => family === "yahpo" && args[0] === scenario);
  if (sibling !== undefined) return { ...sibling, name, args: [scenario as string, dataSet] };
  throw new Error(
    `unknown task "${name}"; there are ${tasks.map((task) => task.name).join(", ")}, and outside the suite names like bbob:f7d10i2, lcbench:3945, rbv2_xgboost:37, synthetic:${Object.keys(SYNTHETIC).join(", synthetic:")}`,
  );
}
