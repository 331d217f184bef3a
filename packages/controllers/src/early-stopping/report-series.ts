import type { TrialHistory } from "@qalam/algorithms";

/**
 * The reports of one objective of one trial. A report's step is the one it names, else its number. Steps only rise: a report for a step that was
 * passed (a second value of an epoch, a training that starts over) does not count.
 */
export class ReportSeries implements TrialHistory {
  readonly id: string;
  state: TrialHistory["state"] = "running";
  readonly steps: number[] = [];
  readonly values: number[] = [];

  constructor(id: string) {
    this.id = id;
  }

  /** @param loss smaller is better @returns whether it counted */
  add(loss: number, step: number | undefined): boolean {
    if (Number.isNaN(loss)) return false;
    const last = this.steps.at(-1) ?? 0;
    const at = step ?? last + 1;
    if (this.steps.length > 0 && at <= last) return false;
    this.steps.push(at);
    this.values.push(loss);
    return true;
  }
}
