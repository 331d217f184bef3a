import { parseArgs } from "node:util";
import { findStoppingRule, STOPPING_RULES, type StoppingRule } from "@qalam/algorithms";
import { lcbenchCurves } from "./lcbench-curves.ts";
import { type Curve, playRace } from "./play-race.ts";
import { measurePytorch } from "./pytorch-example.ts";
import { simulatedCurves } from "./simulated-curves.ts";

const HELP = `Measures what early stopping saves and loses: npm run bench:early-stopping -- [options]

  --rules A,B     rules by name, settings after it: percentile:percentile=25:start_step=4 (default all, with their defaults)
  --seeds N       simulated experiments, and experiments per LCBench data set / 5 (default 20)
  --trials N      trials per experiment (default 100; of the PyTorch example 24)
  --workers N     trials that run at the same time (default 4; of the PyTorch example 2)
  --data FOLDER   folder with suite.json for LCBench (default $QALAM_BENCHMARKS, else ../shared/benchmarks beside the repository)
  --no-lcbench    only the simulated curves
  --pytorch       only the real PyTorch example, without a rule and with each; the python in PATH has torch
`;
/** OpenML tasks of LCBench. */
const LCBENCH = ["167168", "189873", "189906", "3945", "34539", "7593"];
/** A full simulated training, and settings that have no default. */
const EPOCHS = 50;
const REQUIRED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  hyperband: { max_step: "50" },
  threshold: { value: "0.5", start_step: "5" },
};

const { values: options } = parseArgs({
  options: {
    rules: { type: "string" },
    seeds: { type: "string", default: "20" },
    trials: { type: "string" },
    workers: { type: "string" },
    data: { type: "string" },
    "no-lcbench": { type: "boolean", default: false },
    pytorch: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** A rule of the command line. @throws when there is none of this name */
function ruleOf(text: string): { text: string; create: () => StoppingRule } {
  const [name = "", ...assignments] = text.split(":");
  const factory = findStoppingRule(name);
  if (factory === undefined)
    throw new Error(`unknown rule "${name}"; there are ${STOPPING_RULES.map((rule) => rule.name).join(", ")}`);
  const settings = {
    ...REQUIRED[name],
    ...Object.fromEntries(assignments.map((one) => one.split("=") as [string, string])),
  };
  return { text, create: () => factory.create(settings, { direction: "minimize", metric: "error" }) };
}

/** One row of the table: means over experiments. */
function measure(
  name: string,
  create: () => StoppingRule,
  experiments: readonly (readonly Curve[])[],
  workers: number,
): string {
  const began = performance.now();
  const rows = experiments.map((curves) => {
    const [full, stopped] = [playRace(curves, workers, []), playRace(curves, workers, [create()])];
    // Of the accuracy that could be had.
    return {
      epochs: 1 - stopped.epochs / full.epochs,
      time: 1 - stopped.time / full.time,
      loss: (stopped.best - full.best) / (1 - full.best),
      reports: stopped.epochs,
    };
  });
  const microseconds = (1000 * (performance.now() - began)) / rows.reduce((sum, { reports }) => sum + reports, 0);
  const percent = (of: (row: (typeof rows)[number]) => number, digits: number) =>
    ((100 * rows.reduce((sum, row) => sum + of(row), 0)) / rows.length).toFixed(digits);
  const worst = (100 * Math.max(...rows.map(({ loss }) => loss))).toFixed(2);
  const harmless = rows.filter(({ loss }) => loss <= 0.001).length;
  return `| ${name} | ${percent(({ epochs }) => epochs, 1)} | ${percent(({ time }) => time, 1)} | ${percent(({ loss }) => loss, 3)} | ${worst} | ${harmless} of ${rows.length} | ${microseconds.toFixed(1)} |`;
}

function report(title: string, experiments: readonly (readonly Curve[])[], workers: number): void {
  const names =
    options.rules?.split(",") ?? STOPPING_RULES.map(({ name }) => name).filter((name) => name !== "wilcoxon");
  console.log(
    `\n${title}\n\n| rule | epochs saved, % | time saved, % | loss of best, %: mean | worst | within 0.1 % | µs per report |\n| --- | --- | --- | --- | --- | --- | --- |`,
  );
  for (const { text, create } of names.map(ruleOf)) console.log(measure(text, create, experiments, workers));
}

/** Cost of one report by the number of trials, all of the same length. */
function reportCost(): void {
  console.log("\n| µs per report | 100 trials | 1,000 trials | 10,000 trials |\n| --- | --- | --- | --- |");
  for (const { text, create } of STOPPING_RULES.map(({ name }) => ruleOf(name))) {
    const cells = [100, 1000, 10_000].map((count) => {
      const curves = simulatedCurves(1, count, EPOCHS);
      const began = performance.now();
      const { epochs } = playRace(curves, 4, [create()]);
      return ((1000 * (performance.now() - began)) / epochs).toFixed(1);
    });
    console.log(`| ${text} | ${cells.join(" | ")} |`);
  }
}

async function main(): Promise<void> {
  if (options.help) return console.log(HELP);
  const sizeOf = (trials: number, workers: number) => ({
    trials: Number(options.trials ?? trials),
    workers: Number(options.workers ?? workers),
  });
  if (options.pytorch) return measurePytorch(sizeOf(24, 2), options.rules?.split(","));
  const { trials, workers } = sizeOf(100, 4);
  const seeds = Number(options.seeds);
  const simulated = Array.from({ length: seeds }, (_, seed) => simulatedCurves(seed, trials, EPOCHS));
  report(
    `Simulated curves, ${seeds} experiments of ${trials} trials of ${EPOCHS} epochs, ${workers} at a time`,
    simulated,
    workers,
  );
  if (!options["no-lcbench"]) {
    const experiments: Curve[][] = [];
    for (const task of LCBENCH)
      for (let seed = 0; seed < Math.max(1, seeds / 5); seed++)
        experiments.push(await lcbenchCurves(options.data, task, seed, trials));
    report(
      `LCBench, ${experiments.length} experiments of ${trials} trials of 52 epochs, ${workers} at a time`,
      experiments,
      workers,
    );
  }
  reportCost();
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
