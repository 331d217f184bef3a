/**
 * Numbers the reports of one objective of one trial. A report's step is the one it names, else its number. Steps only rise: a report for a step that was passed (a second
 * value of an epoch, a training that starts over) does not count.
 */
export class ReportSteps {
  #last: number | undefined;

  /** @param named the step a report names @returns its step; undefined when it does not count */
  next(named: number | undefined): number | undefined {
    const step = named ?? (this.#last ?? 0) + 1;
    if (this.#last !== undefined && step <= this.#last) return undefined;
    this.#last = step;
    return step;
  }
}
