import { ReportSteps } from "@qalam/algorithms";
import { type ObjectiveSpec, parseGoFloat, type Trial, trialListOf } from "@qalam/api";
import type { ObservationRow, ObservationStore } from "@qalam/store";

/** Reports of a trial: its steps, strictly ascending, with the values of the main objective as measured. */
export type LearningCurve = readonly (readonly [step: number, value: number])[];

/** So many points say what a curve looks like; the first and the last are among them. */
export const MOST_POINTS = 64;

/**
 * The curves of an experiment's early-stopped trials, for its algorithm: how far such a trial came is part of its result. Each is read from the store once, when its
 * trial has ended.
 */
export class LearningCurves {
  readonly #observations: ObservationStore;
  readonly #objective: ObjectiveSpec;
  /** By trial uid. */
  readonly #curves = new Map<string, LearningCurve>();

  constructor(observations: ObservationStore, objective: ObjectiveSpec) {
    this.#observations = observations;
    this.#objective = objective;
  }

  /** Reads the curves of those of these trials that were stopped early. */
  async read(trials: readonly Trial[]): Promise<void> {
    const { objectiveMetricName: metric = "", type } = this.#objective;
    for (const trial of trials) {
      const uid = trial.metadata.uid ?? "";
      if (trialListOf(trial) !== "earlyStopped" || this.#curves.has(uid)) continue;
      const worst = type === "maximize" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
      const points = new CurvePoints(worst);
      for await (const rows of this.#observations.portions(uid, { metric })) for (const row of rows) points.add(row);
      this.#curves.set(uid, points.curve);
    }
  }

  /** Undefined for trials that were not stopped early, or that were not read. */
  of({ metadata }: Trial): LearningCurve | undefined {
    return this.#curves.get(metadata.uid ?? "");
  }
}

/** Points of a curve as its rows are read: every other one is dropped when they become too many. Steps are counted as stopping rules count them. */
class CurvePoints {
  readonly #steps = new ReportSteps();
  readonly #worst: number;
  #points: LearningCurve[number][] = [];
  /** Every so many reports one is kept. */
  #stride = 1;
  #reports = 0;
  #last: LearningCurve[number] | undefined;

  /** @param worst stands for NaN */
  constructor(worst: number) {
    this.#worst = worst;
  }

  add({ value, step }: ObservationRow): void {
    const number = parseGoFloat(value);
    const at = number === undefined ? undefined : this.#steps.next(step);
    if (number === undefined || at === undefined) return;
    this.#last = [at, Number.isNaN(number) ? this.#worst : number];
    if (this.#reports++ % this.#stride !== 0) return;
    this.#points.push(this.#last);
    if (this.#points.length <= 16 * MOST_POINTS) return;
    this.#points = this.#points.filter((_, i) => i % 2 === 0);
    this.#stride *= 2;
  }

  get curve(): LearningCurve {
    const isLastKept = this.#last === undefined || this.#points.at(-1) === this.#last;
    return thinned(isLastKept ? this.#points : [...this.#points, this.#last as LearningCurve[number]]);
  }
}

function thinned(curve: LearningCurve): LearningCurve {
  if (curve.length <= MOST_POINTS) return curve;
  const stride = (curve.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, i) => curve[Math.round(i * stride)] as (typeof curve)[number]);
}
