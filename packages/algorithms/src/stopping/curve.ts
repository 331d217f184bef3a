import type { SettingSpec } from "../sampler.ts";
import type {
  StopDecision,
  StoppingObjective,
  StoppingRule,
  StoppingRuleFactory,
  TrialHistory,
} from "../stopping-rule.ts";
import { predictEnd } from "./curve-prediction.ts";
import { shownLoss } from "./shown-loss.ts";
import { SortedNumbers } from "./sorted-numbers.ts";
import { Standings } from "./standings.ts";
import { START_STEP, settingNumber } from "./stopping-settings.ts";

const CONFIDENCE: SettingSpec = {
  name: "confidence",
  type: "float",
  min: 0.5,
  max: 1,
  exclusiveMax: true,
  default: "0.95",
  description: "Probability of ending worse than the best at which a trial is stopped.",
};
const MAX_STEP: SettingSpec = {
  name: "max_step",
  type: "int",
  min: 0,
  default: "0",
  description: "The last step of a full training; 0: the furthest step of the trials that have succeeded.",
};

/** Needs no trials that have come as far, only one that is good. */
export const curve: StoppingRuleFactory = {
  name: "curve",
  summary: "stops a trial whose learning curve is predicted to end worse than the best value so far",
  source:
    "Domhan, Springenberg and Hutter (2015), Speeding up Automatic Hyperparameter Optimization, with closed-form posteriors",
  settings: [CONFIDENCE, START_STEP, MAX_STEP],
  create: (settings, objective) => new CurveStop(settings, objective),
};

class CurveStop implements StoppingRule {
  readonly #standings = new Standings(({ best }) => best);
  /** Best value of each trial, and of all. */
  readonly #bests = new Map<string, number>();
  readonly #ranking = new SortedNumbers();
  /** Last step of each trial that has succeeded, and of all. */
  readonly #ends = new Map<string, number>();
  readonly #lengths = new SortedNumbers();
  readonly #objective: StoppingObjective;
  readonly #confidence: number;
  readonly #startStep: number;
  readonly #maxStep: number;

  constructor(settings: Readonly<Record<string, string>>, objective: StoppingObjective) {
    this.#objective = objective;
    this.#confidence = settingNumber(settings, CONFIDENCE);
    this.#startStep = settingNumber(settings, START_STEP);
    this.#maxStep = settingNumber(settings, MAX_STEP);
  }

  observe(trial: TrialHistory): void {
    this.#standings.observe(trial);
    const best = this.#standings.statistics(trial.id)?.best ?? Number.POSITIVE_INFINITY;
    replace(this.#bests, this.#ranking, trial.id, best);
  }

  settle({ id, steps }: TrialHistory): void {
    replace(this.#ends, this.#lengths, id, steps.at(-1));
  }

  forget(id: string): void {
    this.#standings.forget(id);
    replace(this.#bests, this.#ranking, id, undefined);
    replace(this.#ends, this.#lengths, id, undefined);
  }

  decide(trial: TrialHistory): StopDecision | undefined {
    const end =
      this.#maxStep > 0
        ? this.#maxStep
        : this.#lengths.size === 0
          ? undefined
          : this.#lengths.at(this.#lengths.size - 1);
    const own = this.#bests.get(trial.id);
    const best = this.#ranking.size < 2 ? undefined : this.#ranking.at(0);
    if (end === undefined || own === undefined || best === undefined) return undefined;
    if (trial.steps.length < this.#startStep || own <= best || this.#standings.isBest(trial.id)) return undefined;
    return this.#judge(trial, end, best);
  }

  #judge({ steps, values }: TrialHistory, end: number, best: number): StopDecision | undefined {
    const { direction, metric } = this.#objective;
    const target = shownLoss(best, direction);
    if (values.slice(-this.#startStep).every((value) => value === Number.POSITIVE_INFINITY))
      return {
        message: `curve: ${metric} was no finite number in the last ${this.#startStep} reports; the best is ${target}`,
      };
    const prediction = predictionOf(steps, values, end);
    const chance = prediction?.probabilityBelow(best);
    if (prediction === undefined || chance === undefined || !(1 - chance >= this.#confidence)) return undefined;
    return {
      message: `curve: ${metric} is predicted to be ${shownLoss(prediction.mean, direction)} at step ${end}, worse than the best ${target} with probability ${(1 - chance).toFixed(3)}`,
    };
  }
}

/** Longer curves are thinned out to about so many points. */
const MAX_POINTS = 100;

/** The end of a curve by its finite values, in shares of the way from the step before its first to the end. */
function predictionOf(steps: readonly number[], values: readonly number[], end: number) {
  const stride = Math.ceil(steps.length / MAX_POINTS);
  const chosen: number[] = [];
  for (let i = steps.length - 1; i >= 0; i -= stride) if (Number.isFinite(values[i])) chosen.push(i);
  if (chosen.length < 3) return undefined;
  chosen.reverse();
  const first = steps[0] as number;
  const last = steps.at(-1) as number;
  const start = first - (last - first) / (steps.length - 1);
  const length = Math.max(end, last) - start;
  return predictEnd(
    chosen.map((i) => ((steps[i] as number) - start) / length),
    chosen.map((i) => values[i] as number),
  );
}

/** Changes a trial's number in a map and in the order of all. */
function replace(numbers: Map<string, number>, order: SortedNumbers, id: string, value: number | undefined): void {
  const before = numbers.get(id);
  if (before !== undefined) order.remove(before);
  if (value === undefined) numbers.delete(id);
  else {
    numbers.set(id, value);
    order.add(value);
  }
}
