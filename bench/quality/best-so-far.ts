import type { Point } from "@qalam/algorithms";
import type { Task } from "./task.ts";

/** Evaluations after which the best value is noted. */
export const CHECKPOINTS: readonly number[] = [10, 20, 50, 100, 128, 200, 500, 1000];

/** Finishes trials on a task and notes what the one that measured best so far is worth. */
export class BestSoFar {
  /** By number of finished trials, at the checkpoints. */
  readonly bestAt: Record<string, number> = {};
  finished = 0;
  readonly #task: Task;
  #measured = Number.POSITIVE_INFINITY;
  #worth = Number.POSITIVE_INFINITY;

  constructor(task: Task) {
    this.#task = task;
  }

  /** @returns what the trial measured */
  async finish(point: Point): Promise<number> {
    const measured = await this.#task.evaluate(point);
    this.finished += 1;
    if (measured < this.#measured) {
      this.#measured = measured;
      this.#worth = this.#task.value?.(point) ?? measured;
    }
    if (CHECKPOINTS.includes(this.finished)) this.bestAt[this.finished] = this.#worth;
    return measured;
  }
}
