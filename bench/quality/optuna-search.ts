import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ensurePythonEnvironment } from "../../tools/python-environment.mjs";
import { BestSoFar } from "./best-so-far.ts";
import type { Run } from "./run-search.ts";
import type { Task } from "./task.ts";

/** Optuna in a process of its own, on tasks that are evaluated here. */
export class OptunaSearch {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /** @throws when its environment cannot be made */
  constructor() {
    const bin = ensurePythonEnvironment("optuna", "bench/speed/requirements.txt");
    if (bin === undefined) throw new Error("Optuna could not be installed; leave out the algorithms optuna.…");
    const script = fileURLToPath(new URL("optuna_search.py", import.meta.url));
    this.#process = spawn(join(bin, "python"), [script], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
    });
    this.#lines = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
  }

  /** Plays one sequential experiment. @param sampler class name such as GPSampler, with default arguments */
  async run(task: Task, sampler: string, seed: number, evaluations: number): Promise<Run> {
    this.#write({ sampler, seed, evaluations, parameters: task.space.parameters });
    const best = new BestSoFar(task);
    let total = 0;
    for (let i = 0; i < evaluations; i++) {
      const { done, value: line } = await this.#lines.next();
      if (done === true) throw new Error(`Optuna's ${sampler} ended on ${task.name}: see the lines above`);
      const { point, ms }: { point: (number | null)[]; ms: number } = JSON.parse(line);
      total += ms;
      this.#write(await best.finish(Float64Array.from(point, (value) => value ?? Number.NaN)));
    }
    const seconds = Math.round(total) / 1000;
    return { sampler, task: task.name, seed, mode: "sequential", best_at: best.bestAt, ask_seconds: seconds };
  }

  close(): void {
    this.#process.stdin?.end();
  }

  #write(message: unknown): void {
    this.#process.stdin?.write(`${JSON.stringify(message)}\n`);
  }
}
