import { parseArgs } from "node:util";
import { type FinishedTrial, hypervolume } from "@qalam/algorithms";
import { algorithmOf, type NamedAlgorithm } from "../quality/command-line.ts";
import { PROBLEMS, type Problem } from "./problems.ts";

const HELP = `Measures searches for several objectives: npm run bench:multi-objective -- [options]

  --algorithm A,B      algorithms by name, settings after it: nsga2:population_size=20 (default random,nsga2,multivariate-tpe,gp)
  --problems a,b       problems whose names contain one of these (default all)
  --seeds N            runs per problem (default 5)
  --batch N            trials at a time (default 1)

One row per algorithm: the share of the true front's hypervolume that 50 and 100 trials cover, in percent, and log10 of what is missing, as means over problems and seeds
with their standard error over seeds; then a table by problem.
`;
const CHECKPOINTS = [50, 100];
/** Missing shares below this are not told apart. */
const CLOSE = 1e-4;

const { values: options } = parseArgs({
  options: {
    algorithm: { type: "string", default: "random,nsga2,multivariate-tpe,gp" },
    problems: { type: "string", default: "" },
    seeds: { type: "string", default: "5" },
    batch: { type: "string", default: "1" },
    help: { type: "boolean", default: false },
  },
});

/** Missing share of the volume at each checkpoint. */
type Run = readonly number[];

function play({ algorithm, settings }: NamedAlgorithm, problem: Problem, seed: number, batch: number): Run {
  const { space, objectives, reference, best, evaluate } = problem;
  const directions = new Array<"minimize">(objectives).fill("minimize");
  const trials = Math.max(...CHECKPOINTS);
  const budget = { maxTrials: trials, parallelTrials: batch };
  const sampler = algorithm.create({ space, directions, settings, seed, budget });
  const rows: number[][] = [];
  while (rows.length < trials) {
    const { suggestions } = sampler.ask(Math.min(batch, trials - rows.length), []);
    if (suggestions.length === 0) break;
    const told = suggestions.map((suggestion): FinishedTrial => {
      const values = evaluate(suggestion.point);
      rows.push(values);
      return { ...suggestion, state: "succeeded", values };
    });
    sampler.tell(told);
  }
  return CHECKPOINTS.map((n) => 1 - hypervolume(rows.slice(0, n), reference) / best);
}

/** Means over problems and seeds. @param runs [problems][seeds] */
function row(name: string, runs: readonly (readonly Run[])[]): string {
  const cells = (score: (missing: number) => number, digits: number) =>
    CHECKPOINTS.map((_, c) => {
      const scores = runs.map((ofProblem) => ofProblem.map((run) => score(run[c] as number)));
      const error = Math.sqrt(sum(scores.map((one) => variance(one) / one.length))) / scores.length;
      return `${mean(scores.map(mean)).toFixed(digits)} ± ${error.toFixed(digits)}`;
    });
  return line([name, ...cells(percent, 1), ...cells(logOf, 2)]);
}

const percent = (missing: number) => 100 * (1 - missing);
const logOf = (missing: number) => Math.log10(Math.max(missing, CLOSE));
const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;

function variance(values: readonly number[]): number {
  const average = mean(values);
  return sum(values.map((value) => (value - average) ** 2)) / Math.max(1, values.length - 1);
}

function main(): void {
  if (options.help) return console.log(HELP);
  const named = options.algorithm.split(",").map((text) => algorithmOf(text));
  const problems = PROBLEMS.filter(({ name }) => options.problems.split(",").some((part) => name.includes(part)));
  const seeds = Array.from({ length: Number(options.seeds) }, (_, seed) => seed);
  const batch = Number(options.batch);
  const head = [
    "algorithm",
    ...CHECKPOINTS.map((n) => `volume ${n}, %`),
    ...CHECKPOINTS.map((n) => `log missing ${n}`),
  ];
  console.log(`${problems.length} problems, ${seeds.length} seeds, ${batch} at a time\n`);
  console.log(line(head));
  console.log(line(head.map(() => "---")));
  const runs = named.map((one) => {
    const own = problems.map((problem) => seeds.map((seed) => play(one, problem, seed, batch)));
    console.log(row(one.text, own));
    return own;
  });
  const last = CHECKPOINTS.length - 1;
  console.log(`\n${line([`problem, log missing ${CHECKPOINTS[last]}`, ...named.map(({ text }) => text)])}`);
  console.log(line(["---", ...named.map(() => "---")]));
  problems.forEach(({ name }, p) => {
    const cells = runs.map((own) =>
      mean((own[p] as readonly Run[]).map((run) => logOf(run[last] as number))).toFixed(2),
    );
    console.log(line([name, ...cells]));
  });
}

main();
