import type { Direction, SettingSpec } from "../sampler.ts";
import type {
  StopDecision,
  StoppingObjective,
  StoppingRule,
  StoppingRuleFactory,
  TrialHistory,
} from "../stopping-rule.ts";
import { shownLoss } from "./shown-loss.ts";
import { START_STEP, settingNumber } from "./stopping-settings.ts";

const VALUE: SettingSpec = {
  name: "value",
  type: "float",
  required: true,
  description:
    "The worst value a trial may report: the least when the objective is maximised, the greatest when it is minimised.",
};
const FIRST_REPORT = { ...START_STEP, default: "1" };

/** Looks at each trial alone, and at its newest report. */
export const threshold: StoppingRuleFactory = {
  name: "threshold",
  summary: "stops a trial that reports a value worse than a fixed one",
  settings: [VALUE, FIRST_REPORT],
  create: (settings, objective) => new ThresholdStop(settings, objective),
  fixedBound: (settings, direction) => ({
    startStep: settingNumber(settings, FIRST_REPORT),
    loss: boundOf(settings, direction),
  }),
};

class ThresholdStop implements StoppingRule {
  readonly #objective: StoppingObjective;
  readonly #bound: number;
  readonly #startStep: number;

  constructor(settings: Readonly<Record<string, string>>, objective: StoppingObjective) {
    this.#objective = objective;
    this.#bound = boundOf(settings, objective.direction);
    this.#startStep = settingNumber(settings, FIRST_REPORT);
  }

  observe(): void {}

  forget(): void {}

  decide({ steps, values }: TrialHistory): StopDecision | undefined {
    const loss = values.at(-1) as number;
    if (steps.length < this.#startStep || !(loss > this.#bound)) return undefined;
    const { direction, metric } = this.#objective;
    return {
      message: `threshold: ${metric} is ${shownLoss(loss, direction)} at step ${steps.at(-1)}, worse than ${shownLoss(this.#bound, direction)}`,
    };
  }
}

/** The value as a loss. */
function boundOf(settings: Readonly<Record<string, string>>, direction: Direction): number {
  const value = settingNumber(settings, VALUE);
  return direction === "maximize" ? -value : value;
}
