import { type EarlyStoppingRule, type ObjectiveSpec, parseGoFloat } from "@qalam/api";

/**
 * The rules an early-stopping service gave a trial (`spec.earlyStoppingRules`, Katib behaviour 5.9): the trial stops once every rule was met, not necessarily at
 * the same time. The objective is compared by its best value so far. Unlike in Katib a rule is tested at every report from startStep on.
 */
export class AssignedRules {
  readonly #open: Set<EarlyStoppingRule>;
  readonly #met: string[] = [];
  readonly #objective: ObjectiveSpec;
  readonly #reports = new Map<string, number>();
  #best: number | undefined;

  constructor(rules: readonly EarlyStoppingRule[], objective: ObjectiveSpec) {
    this.#open = new Set(rules);
    this.#objective = objective;
  }

  /** Takes one report. @returns why the trial stops, when the last rule is met */
  report(metric: string, text: string): string | undefined {
    const value = parseGoFloat(text);
    if (value === undefined || Number.isNaN(value) || this.#open.size === 0) return undefined;
    const number = (this.#reports.get(metric) ?? 0) + 1;
    this.#reports.set(metric, number);
    const compared = metric === this.#objective.objectiveMetricName ? this.#bestWith(value) : value;
    for (const rule of this.#open) {
      if (rule.name !== metric || number < (rule.startStep ?? 0) || !holds(rule, compared)) continue;
      this.#open.delete(rule);
      this.#met.push(`${metric} ${compared} is ${words[rule.comparison]} ${rule.value} at report ${number}`);
    }
    return this.#open.size === 0 ? this.#met.join(" and ") : undefined;
  }

  #bestWith(value: number): number {
    const pick = this.#objective.type === "maximize" ? Math.max : Math.min;
    this.#best = this.#best === undefined ? value : pick(this.#best, value);
    return this.#best;
  }
}

const words = { equal: "equal to", less: "less than", greater: "greater than" } as const;

function holds({ comparison, value }: EarlyStoppingRule, compared: number): boolean {
  const threshold = Number(value);
  if (comparison === "less") return compared < threshold;
  return comparison === "greater" ? compared > threshold : compared === threshold;
}
