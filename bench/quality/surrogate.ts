import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Point } from "@qalam/algorithms";
import type { BenchmarkData, SuiteTask } from "./benchmark-data.ts";
import { type OnnxSession, openOnnxModel } from "./onnx-runtime.ts";

/** Inputs of a surrogate in its order, and what is minimised. */
interface Surrogate {
  readonly numbers: readonly string[];
  readonly categories: readonly string[];
  /** Inputs that are not searched. */
  readonly fixed: Readonly<Record<string, number>>;
  /** Category input that holds the name of the data set. */
  readonly instance: string;
  /** Output that is maximised. */
  readonly output: number;
}

const SURROGATES: Readonly<Record<string, Surrogate>> = {
  lcbench: {
    numbers: [
      "epoch",
      "batch_size",
      "learning_rate",
      "momentum",
      "weight_decay",
      "num_layers",
      "max_units",
      "max_dropout",
    ],
    categories: ["OpenML_task_id"],
    fixed: { epoch: 52 },
    instance: "OpenML_task_id",
    output: 1,
  },
  rbv2_xgboost: {
    numbers: [
      "nrounds",
      "eta",
      "gamma",
      "lambda",
      "alpha",
      "subsample",
      "max_depth",
      "min_child_weight",
      "colsample_bytree",
      "colsample_bylevel",
      "rate_drop",
      "skip_drop",
      "trainsize",
      "repl",
    ],
    categories: ["task_id", "booster", "num.impute.selected.cpo"],
    fixed: { trainsize: 1, repl: 10 },
    instance: "task_id",
    output: 0,
  },
};

/** Names of the data sets that a surrogate predicts. @param scenario lcbench or rbv2_xgboost */
export function dataSets(data: BenchmarkData, scenario: string): string[] {
  const encoding = encodingOf(join(data.folder, "surrogates", scenario));
  return Object.keys(encoding[SURROGATES[scenario]?.instance ?? ""] ?? {}).filter((name) => name !== "#na#");
}

/** Codes by category input and name. */
function encodingOf(folder: string): Record<string, Record<string, number>> {
  return JSON.parse(readFileSync(join(folder, "encoding.json"), "utf8"));
}

/** Predictions of a network that was fitted to real trainings (YAHPO Gym, Pfisterer et al. 2022), negated so that less is better. */
export async function surrogateObjective(
  data: BenchmarkData,
  task: SuiteTask,
): Promise<(point: Point, fixed?: Readonly<Record<string, number>>) => Promise<number>> {
  const [scenario = "", instance = ""] = task.args.map(String);
  const surrogate = SURROGATES[scenario];
  if (surrogate === undefined) throw new Error(`${task.name}: no surrogate ${scenario}`);
  const folder = join(data.folder, task.data ?? "");
  const encoding = encodingOf(folder);
  const session: OnnxSession = await openOnnxModel(join(folder, "model.onnx"));
  const code = (name: string, value: string) => {
    const found = encoding[name]?.[value];
    if (found === undefined) throw new Error(`${task.name}: ${name} has no category ${value}`);
    return found;
  };
  const inputs = task.space.map(({ name, choices }) => ({ name, choices }));
  return async (point, fixed = {}) => {
    const values = new Map(Object.entries({ ...surrogate.fixed, ...fixed }));
    for (const [i, { name, choices }] of inputs.entries()) {
      const value = point[i] as number;
      // Zero is the code of an inactive category too.
      values.set(name, Number.isNaN(value) ? 0 : choices === undefined ? value : code(name, choices[value] ?? ""));
    }
    values.set(surrogate.instance, code(surrogate.instance, instance));
    const outputs = await session.run(
      surrogate.categories.map((name) => values.get(name) ?? 0),
      surrogate.numbers.map((name) => values.get(name) ?? 0),
    );
    return -(outputs[surrogate.output] as number);
  };
}
