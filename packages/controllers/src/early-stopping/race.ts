import { type StoppingRule, TrialSeries } from "@qalam/algorithms";
import { type EarlyStoppingRule, type ObjectiveSpec, parseGoFloat } from "@qalam/api";
import { objectiveNames } from "../trial/measurement.ts";
import { AssignedRules } from "./assigned-rules.ts";

/** What counts of a row. */
export interface Report {
  readonly metric: string;
  readonly value: string;
  readonly step?: number;
}

/** How a trial takes part: one that failed does not. */
export type RunnerState = "running" | "succeeded" | "failed" | "early-stopped";

interface Runner {
  /** One per objective. */
  readonly series: readonly TrialSeries[];
  readonly assigned: AssignedRules | undefined;
  state: RunnerState;
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
  setTrial(uid: string, state: RunnerState, assigned: readonly EarlyStoppingRule[] = []): void {
    const runner = this.#trials.get(uid) ?? {
      series: this.#metrics.map(() => new TrialSeries(uid)),
      assigned: assigned.length === 0 ? undefined : new AssignedRules(assigned, this.#objective),
      state,
      stopped: undefined,
    };
    runner.state = state;
    this.#trials.set(uid, runner);
    if (state === "failed") this.#forget(uid);
    if (state === "succeeded") this.#settle(runner);
  }

  remove(uid: string): void {
    if (this.#trials.delete(uid)) this.#forget(uid);
  }

  /** Takes a report without deciding anything but the trial's own rules. @returns whether it was one of an objective */
  add(uid: string, { metric, value, step }: Report): boolean {
    const trial = this.#trials.get(uid);
    if (trial === undefined) return false;
    trial.stopped ??= trial.assigned?.report(metric, value);
    const index = this.#metrics.indexOf(metric);
    const number = index === -1 ? undefined : parseGoFloat(value);
    const series = trial.series[index];
    if (number === undefined || series === undefined || trial.state === "failed") return false;
    if (!series.add(number * (this.#signs[index] as number), step)) return false;
    for (const rule of this.#rules[index] ?? []) rule.observe(series);
    if (trial.state === "succeeded") this.#settle(trial);
    return true;
  }

  /** Whether a running trial should stop, by the reports there are. @returns why */
  decide(uid: string): string | undefined {
    const trial = this.#trials.get(uid);
    if (trial === undefined || trial.state !== "running") return undefined;
    return trial.stopped ?? this.#byRules(trial.series);
  }

  #byRules(series: readonly TrialSeries[]): string | undefined {
    const reasons: string[] = [];
    for (const [objective, rules] of this.#rules.entries()) {
      const own = series[objective];
      if (own === undefined || own.steps.length === 0) return undefined;
      const decision = firstDecision(rules, own);
      if (decision === undefined) return undefined;
      reasons.push(decision);
    }
    return reasons.length === 0 ? undefined : reasons.join("; ");
  }

  #settle({ series }: Runner): void {
    for (const [objective, rules] of this.#rules.entries()) {
      const own = series[objective] as TrialSeries;
      if (own.steps.length > 0) for (const rule of rules) rule.settle?.(own);
    }
  }

  #forget(uid: string): void {
    for (const rule of this.#rules.flat()) rule.forget(uid);
  }
}

function firstDecision(rules: readonly StoppingRule[], trial: TrialSeries): string | undefined {
  for (const rule of rules) {
    const decision = rule.decide(trial);
    if (decision !== undefined) return decision.message;
  }
  return undefined;
}
