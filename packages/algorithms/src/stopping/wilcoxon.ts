import { signedRankProbability } from "@qalam/numeric";
import type { SettingSpec } from "../sampler.ts";
import type {
  StopDecision,
  StoppingObjective,
  StoppingRule,
  StoppingRuleFactory,
  TrialHistory,
} from "../stopping-rule.ts";
import { shownLoss } from "./shown-loss.ts";
import { START_STEP, settingNumber } from "./stopping-settings.ts";

const P_THRESHOLD: SettingSpec = {
  name: "p_threshold",
  type: "float",
  min: 0,
  max: 1,
  exclusiveMin: true,
  default: "0.1",
  description: "Probability below which a trial's folds are not taken to be worse than the best trial's by chance.",
};
const FIRST_TEST = { ...START_STEP, default: "2", description: "Folds a trial reports before it is tested." };

/** For trials that report one value for each of several data sets or folds, the same step standing for the same fold. */
export const wilcoxon: StoppingRuleFactory = {
  name: "wilcoxon",
  summary: "stops a trial whose folds are worse than those of the best finished trial by Wilcoxon's signed-rank test",
  source: "Wilcoxon (1945); zeros by Pratt (1959)",
  settings: [P_THRESHOLD, FIRST_TEST],
  create: (settings, objective) => new WilcoxonStop(settings, objective),
};

/** A finished trial by fold. */
interface Finished {
  readonly id: string;
  readonly folds: ReadonlyMap<number, number>;
  readonly mean: number;
}

class WilcoxonStop implements StoppingRule {
  readonly #finished = new Map<string, Finished>();
  readonly #objective: StoppingObjective;
  readonly #threshold: number;
  readonly #startStep: number;
  #best: Finished | undefined;

  constructor(settings: Readonly<Record<string, string>>, objective: StoppingObjective) {
    this.#objective = objective;
    this.#threshold = settingNumber(settings, P_THRESHOLD);
    this.#startStep = settingNumber(settings, FIRST_TEST);
  }

  observe(): void {}

  settle({ id, steps, values }: TrialHistory): void {
    const mean = average(values);
    const known = this.#finished.get(id);
    const finished = { id, mean, folds: new Map(steps.map((step, i) => [step, values[i] as number])) };
    this.#finished.set(id, finished);
    if (known !== undefined && known === this.#best) this.#chooseBest();
    else if (this.#best === undefined || isBetter(finished, this.#best)) this.#best = finished;
  }

  forget(id: string): void {
    const known = this.#finished.get(id);
    this.#finished.delete(id);
    if (known !== undefined && known === this.#best) this.#chooseBest();
  }

  decide({ id, steps, values }: TrialHistory): StopDecision | undefined {
    const best = this.#best;
    if (best === undefined || best.id === id || !best.folds.has(steps.at(-1) as number)) return undefined;
    const shared = steps.map((step, i) => [values[i] as number, best.folds.get(step)] as const);
    const pairs = shared.filter((pair): pair is readonly [number, number] => pair[1] !== undefined);
    const [own, theirs] = [average(pairs.map(([mine]) => mine)), average(pairs.map(([, other]) => other))];
    // The test looks at ranks alone: a trial that is better on average goes on, and one that has had the best single fold.
    if (pairs.length < this.#startStep || !(own > theirs) || least(values) <= leastUpTo(best, steps)) return undefined;
    const p = signedRankProbability(pairs.map(([mine, other]) => (mine === other ? 0 : mine - other)));
    if (p >= this.#threshold) return undefined;
    const { direction, metric } = this.#objective;
    return {
      message: `wilcoxon: ${metric} is ${shownLoss(own, direction)} on average over ${pairs.length} folds, worse than ${shownLoss(theirs, direction)} of the best trial; by chance with probability ${Number(p.toPrecision(3))}, below ${this.#threshold}`,
    };
  }

  #chooseBest(): void {
    this.#best = undefined;
    for (const one of this.#finished.values())
      if (this.#best === undefined || isBetter(one, this.#best)) this.#best = one;
  }
}

/** Of equals the one with the lesser id, so that the order in which they ended does not matter. */
function isBetter(a: Finished, b: Finished): boolean {
  return a.mean < b.mean || (a.mean === b.mean && a.id < b.id);
}

function leastUpTo({ folds }: Finished, steps: readonly number[]): number {
  const last = steps.at(-1) as number;
  return least([...folds].flatMap(([step, value]) => (step <= last ? [value] : [])));
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

/** Without overflow; Infinity when there is one. */
function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value / values.length, 0);
}
