import { randomStream } from "@qalam/numeric";
import { type BenchmarkData, openBenchmarkData } from "../quality/benchmark-data.ts";
import { surrogateObjective } from "../quality/surrogate.ts";
import { openTask } from "../quality/task.ts";
import type { Curve } from "./play-race.ts";

/** Epochs of an LCBench training. */
const EPOCHS = 52;

/** Error rates of networks on OpenML data sets at each epoch, predicted from real trainings (LCBench, Zimmer et al. 2021, through YAHPO Gym). */
export async function lcbenchCurves(
  folder: string | undefined,
  task: string,
  seed: number,
  count: number,
): Promise<Curve[]> {
  const data: BenchmarkData = openBenchmarkData(folder);
  const sibling = data.tasks.find(({ family, args }) => family === "yahpo" && args[0] === "lcbench");
  if (sibling === undefined) throw new Error("suite.json has no lcbench task");
  const entry = { ...sibling, name: `lcbench:${task}`, args: ["lcbench", task] };
  const { space } = await openTask(data, entry);
  const evaluate = await surrogateObjective(data, entry);
  const random = randomStream(seed, "lcbench", task);
  const curves: Curve[] = [];
  for (let i = 0; i < count; i++) {
    const point = space.decode(Float64Array.from({ length: space.dimension }, () => random.uniform()));
    const losses: number[] = [];
    for (let epoch = 1; epoch <= EPOCHS; epoch++) losses.push(1 + (await evaluate(point, { epoch })) / 100);
    curves.push({ losses, epochTime: 0.5 + 1.5 * random.uniform() });
  }
  return curves;
}
