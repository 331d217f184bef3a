import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { exitWith } from "../exit-with.ts";
import { type BenchmarkData, openBenchmarkData } from "../quality/benchmark-data.ts";
import { algorithmOf, type NamedAlgorithm, referenceRow, tasksOf } from "../quality/command-line.ts";
import { type CurveTask, FULL, openCurveTask, RESOURCE } from "./curve-task.ts";
import { type ClockRow, fidelityReport, scaleOf } from "./fidelity-report.ts";
import { type ClockRun, playOnClock } from "./play-on-clock.ts";
import { runsBy } from "./regret-over-time.ts";
import { regretPlot } from "./regret-plot.ts";
import { selfTest } from "./self-test.ts";

const HELP = `Compares algorithms that choose how long to train on a virtual clock: npm run bench:fidelity -- [options]

  --algorithm A,B      algorithms by name; a setting goes after it: asha:eta=4. Those without resource_name train every trial to the end
                       (default ${"random,tpe,gp,hyperband,asha,bohb,dehb"})
  --seeds N            runs per task, seeds 0 … N − 1 (default 5)
  --first-seed N       seeds from N on instead, to add runs to those of an earlier --out file (default 0)
  --tasks a,b          lcbench tasks such as lcbench:3945 (default all that the surrogate knows)
  --workers N          trials at the same time (default 4)
  --trainings N        full trainings that would fill the time (default 100)
  --checkpoints        promoted trials go on from their shorter run instead of beginning anew
  --out FILE           JSON lines, one per run
  --from FILE,FILE     runs of earlier --out files beside (or, with --algorithm "", instead of) new ones
  --plot FILE          SVG of the regrets over time
  --self-test          random search on the clock against random search without it and against the reference's
  --data FOLDER        folder with suite.json (default $QALAM_BENCHMARKS, else ../shared/benchmarks beside the repository)
`;

const { values: options } = parseArgs({
  options: {
    algorithm: { type: "string", default: "random,tpe,gp,hyperband,asha,bohb,dehb" },
    seeds: { type: "string", default: "5" },
    "first-seed": { type: "string", default: "0" },
    tasks: { type: "string" },
    workers: { type: "string", default: "4" },
    trainings: { type: "string", default: "100" },
    checkpoints: { type: "boolean", default: false },
    out: { type: "string" },
    from: { type: "string" },
    plot: { type: "string" },
    "self-test": { type: "boolean", default: false },
    data: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

/** Names of all lcbench tasks. */
function lcbenchNames({ folder, tasks }: BenchmarkData): string {
  const sibling = tasks.find(({ family, args }) => family === "yahpo" && args[0] === "lcbench");
  const file = join(folder, sibling?.data ?? "", "config_space.json");
  const { hyperparameters }: { hyperparameters: { name: string; choices?: string[] }[] } = JSON.parse(
    readFileSync(file, "utf8"),
  );
  const choices = hyperparameters.find(({ name }) => name === "OpenML_task_id")?.choices ?? [];
  return choices.map((choice) => `lcbench:${choice}`).join(",");
}

async function playAll(named: NamedAlgorithm, tasks: readonly CurveTask[]): Promise<ClockRow> {
  const runs: ClockRun[] = [];
  for (const task of tasks) {
    const first = Number(options["first-seed"]);
    for (let seed = first; seed < first + Number(options.seeds); seed++) {
      const run = await playOnClock(task, named, {
        seed,
        workers: Number(options.workers),
        trainings: Number(options.trainings),
        checkpoints: options.checkpoints,
      });
      runs.push(run);
      if (options.out !== undefined) append(options.out, run);
    }
    if (process.stderr.isTTY) process.stderr.write(`\r${named.text} ${task.name}      `);
  }
  return { name: named.text, runs };
}

function append(file: string, run: ClockRun): void {
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(run)}\n`);
}

/** Rows of earlier runs. */
function storedRows(files: string | undefined): ClockRow[] {
  const runs = (files?.split(",") ?? [])
    .flatMap((file) => readFileSync(file, "utf8").split("\n"))
    .filter((line) => line !== "")
    .map((line): ClockRun => JSON.parse(line));
  return [...runsBy(runs, ({ sampler }) => sampler)].map(([name, own]) => ({ name, runs: own }));
}

async function main(): Promise<number> {
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const data = openBenchmarkData(options.data);
  if (options["self-test"]) {
    const tasks = await tasksOf(data, options.tasks ?? "lcbench");
    const lines = await selfTest(
      data,
      tasks,
      Number(options.seeds),
      referenceRow(data, "random", tasks, Number(options.seeds)),
    );
    console.log(lines.join("\n"));
    return lines.some((line) => line.startsWith("FAILED")) ? 1 : 0;
  }
  const tasks: CurveTask[] = [];
  for (const task of await tasksOf(data, options.tasks ?? lcbenchNames(data)))
    tasks.push(await openCurveTask(data, task));
  const fillIn = { resource_name: RESOURCE, r_l: `${FULL}` };
  const rows = storedRows(options.from);
  for (const text of options.algorithm.split(",").filter((name) => name !== ""))
    rows.push(await playAll(algorithmOf(text, fillIn), tasks));
  const scale = scaleOf(tasks, rows);
  const start = options.checkpoints ? "from its checkpoint" : "anew";
  console.log(
    `${tasks.length} tasks, ${options.seeds} seeds, ${options.workers} workers, the time of ${options.trainings} full trainings; a promoted trial begins ${start}\n`,
  );
  console.log(fidelityReport(rows, scale));
  if (options.plot !== undefined) writeFileSync(options.plot, regretPlot(rows, scale));
  return 0;
}

await exitWith(main());
