import type { StoppingRule, TrialHistory } from "@qalam/algorithms";
import { type EarlyStoppingRule, type ObjectiveSpec, parseGoFloat } from "@qalam/api";
import { objectiveNames } from "../trial/measurement.ts";
import { AssignedRules } from "./assigned-rules.ts";
import { ReportSeries } from "./report-series.ts";

/** What counts of a row. */
export interface Report {
  readonly metric: string;
  readonly value: string;
  readonly step?: number;
}

interface Runner {
  /** One per objective. */
  readonly series: readonly ReportSeries[];
  readonly assigned: AssignedRules | undefined;
  stopped: string | undefined;
}

/**
 * All trials of one experiment with their reports as they are now, and the rules that compare them. With several rules any one stops a trial; with
 * several objectives a trial stops only when it would be stopped for each of them, as it may still be a good compromise.
 */
export class Race {
  readonly #rules: readonly (readonly StoppingRule[])[];
  readonly #objective: ObjectiveSpec;
  readonly #metrics: readonly string[];
  readonly #signs: readonly number[];
  readonly #trials = new Map<string, Runner>();

  /** @param rules shape [objective][rule] */
  constructor(rules: readonly (readonly StoppingRule[])[], objective: ObjectiveSpec) {
    this.#rules = rules;
    this.#objective = objective;
    this.#metrics = objectiveNames(objective);
    const types = [objective.type, ...(objective.additionalObjectives ?? []).map(({ type }) => type)];
    this.#signs = types.map((type) => (type === "maximize" ? -1 : 1));
  }

  /** Enters a trial or changes its state. @param assigned rules a service gave it */
  setTrial(uid: string, state: TrialHistory["state"], assigned: readonly EarlyStoppingRule[] = []): void {
    const known = this.#trials.get(uid);
    const runner = known ?? {
      series: this.#metrics.map(() => new ReportSeries(uid)),
      assigned: assigned.length === 0 ? undefined : new AssignedRules(assigned, this.#objective),
      stopped: undefined,
    };
    for (const series of runner.series) series.state = state;
    this.#trials.set(uid, runner);
  }

  remove(uid: string): void {
    this.#trials.delete(uid);
  }

  /** Takes a report without deciding anything but the trial's own rules. @returns whether it was one of an objective */
  add(uid: string, { metric, value, step }: Report): boolean {
    const trial = this.#trials.get(uid);
    if (trial === undefined) return false;
    trial.stopped ??= trial.assigned?.report(metric, value);
    const index = this.#metrics.indexOf(metric);
    const number = index === -1 ? undefined : parseGoFloat(value);
    if (number === undefined) return false;
    return trial.series[index]?.add(number * (this.#signs[index] ?? 1), step) === true;
  }

  /** Whether a running trial should stop, by the reports there are. @returns why */
  decide(uid: string): string | undefined {
    const trial = this.#trials.get(uid);
    if (trial === undefined || trial.series[0]?.state !== "running") return undefined;
    return trial.stopped ?? this.#byRules(uid, trial.series);
  }

  #byRules(uid: string, series: readonly ReportSeries[]): string | undefined {
    const reasons: string[] = [];
    for (const [objective, rules] of this.#rules.entries()) {
      const own = series[objective];
      if (own === undefined || own.steps.length === 0) return undefined;
      const others = this.#others(uid, objective);
      const decision = firstDecision(rules, own, others);
      if (decision === undefined) return undefined;
      reasons.push(decision);
    }
    return reasons.length === 0 ? undefined : reasons.join("; ");
  }

  #others(uid: string, objective: number): TrialHistory[] {
    const others: TrialHistory[] = [];
    for (const [other, { series }] of this.#trials) if (other !== uid) others.push(series[objective] as ReportSeries);
    return others;
  }
}

function firstDecision(
  rules: readonly StoppingRule[],
  trial: TrialHistory,
  others: readonly TrialHistory[],
): string | undefined {
  for (const rule of rules) {
    const decision = rule.decide(trial, others);
    if (decision !== undefined) return decision.message;
  }
  return undefined;
}
