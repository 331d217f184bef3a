import { TrialSeries } from "@qalam/algorithms";
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
      const rows = await this.#observations.query(uid, { metric });
      this.#curves.set(uid, learningCurve(rows, type === "maximize" ? -1 : 1));
    }
  }

  /** Undefined for trials that were not stopped early, or that were not read. */
  of({ metadata }: Trial): LearningCurve | undefined {
    return this.#curves.get(metadata.uid ?? "");
  }
}

/** Steps are counted as stopping rules count them. @param sign −1 when larger is better, so that NaN becomes the worst value there is */
function learningCurve(rows: readonly ObservationRow[], sign: 1 | -1): LearningCurve {
  const series = new TrialSeries("");
  for (const { value, step } of rows) {
    const number = parseGoFloat(value);
    if (number !== undefined) series.add(number * sign, step);
  }
  return thinned(series.steps.map((step, i) => [step, sign * (series.values[i] as number)] as const));
}

function thinned(curve: LearningCurve): LearningCurve {
  if (curve.length <= MOST_POINTS) return curve;
  const stride = (curve.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, i) => curve[Math.round(i * stride)] as (typeof curve)[number]);
}
