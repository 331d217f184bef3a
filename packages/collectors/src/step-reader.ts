import { STEP_NAMES } from "./step-names.ts";

const patterns = STEP_NAMES.map((name) => new RegExp(`(?:^|[^\\w-])"?${name}"?\\s*[=:]\\s*(\\d{1,15})(?![\\d.])`, "i"));

/**
 * Follows the step of a log: a line with `epoch=7` (or step, global_step, iteration; `=` or `:`) gives itself and the lines after it the step 7, until
 * another line says otherwise.
 */
export class StepReader {
  #step: number | undefined;

  /** @param step of what was written before */
  constructor(step?: number) {
    this.#step = step;
  }

  /** Of the line that was read last, and of those after it that say nothing. */
  get step(): number | undefined {
    return this.#step;
  }

  /** The step of a line. */
  read(line: string): number | undefined {
    if (!/step|epoch|iteration/i.test(line)) return this.#step;
    for (const pattern of patterns) {
      const match = pattern.exec(line);
      if (match !== null) {
        this.#step = Number(match[1]);
        break;
      }
    }
    return this.#step;
  }
}
