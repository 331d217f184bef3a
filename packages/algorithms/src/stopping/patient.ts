import type { SettingSpec } from "../sampler.ts";
import type {
  StopDecision,
  StoppingObjective,
  StoppingRule,
  StoppingRuleFactory,
  TrialHistory,
} from "../stopping-rule.ts";
import { shownLoss } from "./shown-loss.ts";
import { settingNumber } from "./stopping-settings.ts";

const PATIENCE: SettingSpec = {
  name: "patience",
  type: "int",
  min: 1,
  default: "10",
  description: "Reports in a row without improvement after which a trial ends.",
};
const MIN_DELTA: SettingSpec = {
  name: "min_delta",
  type: "float",
  min: 0,
  default: "0",
  description: "An improvement counts when it is greater than this.",
};

/** Looks at each trial alone. */
export const patient: StoppingRuleFactory = {
  name: "patient",
  summary: "stops a trial that has not improved for a number of reports",
  source: "Prechelt (1998), Early Stopping – But When?, criterion UP",
  settings: [PATIENCE, MIN_DELTA],
  create: (settings, objective) => new PatientStop(settings, objective),
};

interface Wait {
  readonly reference: number;
  readonly step: number;
  /** Reports since. */
  readonly reports: number;
}

class PatientStop implements StoppingRule {
  readonly #waits = new Map<string, Wait>();
  readonly #objective: StoppingObjective;
  readonly #patience: number;
  readonly #minDelta: number;

  constructor(settings: Readonly<Record<string, string>>, objective: StoppingObjective) {
    this.#objective = objective;
    this.#patience = settingNumber(settings, PATIENCE);
    this.#minDelta = settingNumber(settings, MIN_DELTA);
  }

  observe({ id, steps, values }: TrialHistory): void {
    const loss = values.at(-1) as number;
    const wait = this.#waits.get(id);
    const improved = wait === undefined || wait.reference - loss > this.#minDelta;
    this.#waits.set(
      id,
      improved ? { reference: loss, step: steps.at(-1) as number, reports: 0 } : { ...wait, reports: wait.reports + 1 },
    );
  }

  forget(id: string): void {
    this.#waits.delete(id);
  }

  decide({ id }: TrialHistory): StopDecision | undefined {
    const wait = this.#waits.get(id);
    if (wait === undefined || wait.reports < this.#patience) return undefined;
    const { direction, metric } = this.#objective;
    const margin = this.#minDelta === 0 ? "" : ` by more than ${this.#minDelta}`;
    return {
      message: `patient: ${metric} has not improved on ${shownLoss(wait.reference, direction)} of step ${wait.step}${margin} in ${wait.reports} reports`,
    };
  }
}
