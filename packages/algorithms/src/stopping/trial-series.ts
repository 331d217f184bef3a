import type { TrialHistory } from "../stopping-rule.ts";

/**
 * Makes a history of the reports of one objective of one trial. A report's step is the one it names, else its number. Steps only rise: a report for a step that was
 * passed (a second value of an epoch, a training that starts over) does not count. NaN is the worst there is, so that a training that diverged is not taken for a
 * silent one.
 */
export class TrialSeries implements TrialHistory {
  readonly id: string;
  readonly steps: number[] = [];
  readonly values: number[] = [];

  constructor(id: string) {
    this.id = id;
  }

  /** @param loss smaller is better @returns whether it counted */
  add(loss: number, step: number | undefined): boolean {
    const last = this.steps.at(-1) ?? 0;
    const at = step ?? last + 1;
    if (this.steps.length > 0 && at <= last) return false;
    this.steps.push(at);
    this.values.push(Number.isNaN(loss) ? Number.POSITIVE_INFINITY : loss);
    return true;
  }
}
