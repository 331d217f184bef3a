import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { exitWith } from "../exit-with.ts";
import { openBenchmarkData } from "./benchmark-data.ts";
import { algorithmOf, earlierRows, referenceRow, tasksOf } from "./command-line.ts";
import { heldOutNames } from "./held-out.ts";
import { OptunaSearch } from "./optuna-search.ts";
import { regretPlot } from "./regret-plot.ts";
import { type Row, report, taskReport } from "./report.ts";
import { type Mode, PARALLEL, type Run, runSearch } from "./run-search.ts";
import { checkFunctions, checkRandom } from "./self-test.ts";
import { openTask, type Task } from "./task.ts";

const HELP = `Measures how good search algorithms are: npm run bench:quality -- [options]

  --algorithm A,B      algorithms by name; a setting goes after it: tpe:gamma=0.25:prior_weight=1 (default random);
                       optuna.GPSampler, optuna.TPESampler, optuna.CmaEsSampler: Optuna's with default arguments, installed from its registry
  --seeds N            runs per task, seeds 0 … N − 1 (default 5)
  --tasks a,b          tasks whose names contain one of these (default all of suite.json); a full name such as bbob:f7d10i2,
                       lcbench:3945 or rbv2_xgboost:37 also takes tasks that are not in the suite
  --held-out           tasks that nothing is tuned on instead (held-out.ts says how they were chosen)
  --mode M             sequential, batch (8 at a time) or async (4 workers) (default sequential)
  --evaluations N      evaluations per run (default 100; batch 128)
  --reference NAME     sampler of reference-optuna-5.0.0.jsonl, or FILE.jsonl[:NAME], for win rates (default tpe)
  --out FILE           JSON lines, one per run (default none)
  --from A.jsonl,B     no new runs: those of such files, by sampler
  --plot FILE          SVG of the regrets over evaluations
  --by-task            also a table of single tasks
  --self-test          runs random and compares it with the reference's random row
  --data FOLDER        folder with suite.json (default $QALAM_BENCHMARKS, else ../shared/benchmarks beside the repository)
`;

/** Begins the names of Optuna's samplers. */
const OPTUNA = "optuna.";

const { values: options } = parseArgs({
  options: {
    algorithm: { type: "string", default: "random" },
    seeds: { type: "string", default: "5" },
    tasks: { type: "string" },
    "held-out": { type: "boolean", default: false },
    mode: { type: "string", default: "sequential" },
    evaluations: { type: "string" },
    reference: { type: "string", default: "tpe" },
    out: { type: "string" },
    from: { type: "string" },
    plot: { type: "string" },
    data: { type: "string" },
    "by-task": { type: "boolean", default: false },
    "self-test": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

async function main(): Promise<number> {
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const data = openBenchmarkData(options.data);
  const mode = options.mode as Mode;
  if (!(mode in PARALLEL)) throw new Error(`unknown mode "${mode}"; there are ${Object.keys(PARALLEL).join(", ")}`);
  const evaluations = Number(options.evaluations ?? (mode === "batch" ? 128 : 100));
  const seeds = Number(options.seeds);
  const tasks: Task[] = [];
  const named = options.tasks ?? (options["held-out"] ? heldOutNames(data).join(",") : undefined);
  for (const task of await tasksOf(data, named)) tasks.push(await openTask(data, task));
  const scale = new Map(tasks.map((task) => [task.name, task]));
  const rows =
    options.from === undefined ? await play(tasks, mode, evaluations, seeds) : earlierRows(options.from, scale);
  const reference = referenceRow(data, options["self-test"] ? "random" : options.reference, tasks, seeds);
  const shown = reference.runs.length === 0 ? undefined : reference;
  console.log(`${tasks.length} tasks, ${seeds} seeds, ${mode}, ${evaluations} evaluations\n`);
  console.log(report(rows, shown, scale));
  if (options.plot !== undefined)
    writeFileSync(options.plot, regretPlot(shown === undefined ? rows : [...rows, shown], scale));
  if (options["by-task"]) console.log(`\n${taskReport(shown === undefined ? rows : [...rows, shown], scale)}`);
  if (!options["self-test"]) return 0;
  const problems = checkFunctions(data);
  const lines = checkRandom(rows[0]?.runs ?? [], reference.runs, scale);
  console.log(
    `\n${[problems.length === 0 ? "ok BBOB functions" : `FAILED ${problems.join("; ")}`, ...lines].join("\n")}`,
  );
  return problems.length > 0 || lines.some((line) => line.startsWith("FAILED")) ? 1 : 0;
}

/** New runs of the algorithms, one row each. */
async function play(tasks: readonly Task[], mode: Mode, evaluations: number, seeds: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const text of (options["self-test"] ? "random" : options.algorithm).split(",")) {
    const { run, close } = playerOf(text, mode, evaluations);
    const runs: Run[] = [];
    for (const task of tasks) {
      for (let seed = 0; seed < seeds; seed++) runs.push(note({ ...(await run(task, seed)), sampler: text }));
      if (process.stderr.isTTY) process.stderr.write(`\r${text} ${task.name}      `);
    }
    close?.();
    rows.push({ name: text, runs });
  }
  return rows;
}

/** What plays an experiment with an algorithm of ours, or of Optuna. */
function playerOf(
  text: string,
  mode: Mode,
  evaluations: number,
): { run(task: Task, seed: number): Promise<Run>; close?(): void } {
  if (!text.startsWith(OPTUNA)) {
    const { algorithm, settings } = algorithmOf(text);
    return { run: (task, seed) => runSearch(task, { algorithm, settings, seed, mode, evaluations }) };
  }
  if (mode !== "sequential") throw new Error(`${text} runs in mode sequential only`);
  const optuna = new OptunaSearch();
  const sampler = text.slice(OPTUNA.length);
  return { run: (task, seed) => optuna.run(task, sampler, seed, evaluations), close: () => optuna.close() };
}

/** Appends a run to the JSON lines; single ask times stay out. */
function note(run: Run): Run {
  if (options.out === undefined) return run;
  mkdirSync(dirname(options.out), { recursive: true });
  appendFileSync(options.out, `${JSON.stringify({ ...run, asks: undefined })}\n`);
  return run;
}

await exitWith(main());
