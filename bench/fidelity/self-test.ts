import type { BenchmarkData, SuiteTask } from "../quality/benchmark-data.ts";
import { algorithmOf } from "../quality/command-line.ts";
import { type Row, report } from "../quality/report.ts";
import { type Run, runSearch } from "../quality/run-search.ts";
import { checkRandom } from "../quality/self-test.ts";
import { openTask } from "../quality/task.ts";
import { openCurveTask } from "./curve-task.ts";
import { playOnClock } from "./play-on-clock.ts";
import { bestAt } from "./regret-over-time.ts";

const TRAININGS = 100;
const POINTS = [20, 50, 100];

/**
 * Random search on the clock, trainings of even length on 1 and on 5 workers, must have found after n trainings exactly what bench/quality's loop finds, which has no clock;
 * and its scores must be those of the reference's random search.
 * @returns a line per check, with what is wrong
 */
export async function selfTest(
  data: BenchmarkData,
  tasks: readonly SuiteTask[],
  seeds: number,
  reference: Row,
): Promise<string[]> {
  const named = algorithmOf("random");
  const lines: string[] = [];
  const onOne: Run[] = [];
  for (const workers of [1, 5]) {
    const differing: string[] = [];
    for (const entry of tasks) {
      const [task, plain] = [await openCurveTask(data, entry), await openTask(data, entry)];
      for (let seed = 0; seed < seeds; seed++) {
        const clock = { seed, workers, trainings: TRAININGS, checkpoints: false, evenCost: true };
        const run = await playOnClock(task, named, clock);
        const expected = await runSearch(plain, { ...named, seed, mode: "sequential", evaluations: TRAININGS });
        const best_at = Object.fromEntries(POINTS.map((n) => [n, bestAt(run, (n / TRAININGS) * (1 + 1e-9))]));
        if (POINTS.some((n) => best_at[n] !== expected.best_at[n])) differing.push(`${task.name} seed ${seed}`);
        if (workers === 1) onOne.push({ ...expected, best_at });
      }
    }
    const count = tasks.length * seeds;
    lines.push(
      differing.length === 0
        ? `ok ${workers} workers: ${count} runs found what they find without the clock`
        : `FAILED ${workers} workers: ${differing.join(", ")} found something else than without the clock`,
    );
  }
  const scale = new Map(tasks.map((task) => [task.name, task]));
  return [
    ...lines,
    ...checkRandom(onOne, reference.runs, scale),
    "",
    report([{ name: "random", runs: onOne }], reference, scale),
  ];
}
