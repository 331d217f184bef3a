import type { TrialHistory } from "../stopping-rule.ts";
import { ReportSteps } from "./report-steps.ts";

/** Makes a history of the reports of one objective of one trial. NaN is the worst there is, so that a training that diverged is not taken for a silent one. */
export class TrialSeries implements TrialHistory {
  readonly id: string;
  readonly steps: number[] = [];
  readonly values: number[] = [];
  readonly #numbering = new ReportSteps();

  constructor(id: string) {
    this.id = id;
  }

  /** @param loss smaller is better @param step the one the report names @returns whether it counted */
  add(loss: number, step: number | undefined): boolean {
    const at = this.#numbering.next(step);
    if (at === undefined) return false;
    this.steps.push(at);
    this.values.push(Number.isNaN(loss) ? Number.POSITIVE_INFINITY : loss);
    return true;
  }
}
