import type { SettingSpec } from "../sampler.ts";
import type {
  StopDecision,
  StoppingObjective,
  StoppingRule,
  StoppingRuleFactory,
  TrialHistory,
} from "../stopping-rule.ts";
import { otherTrials } from "./other-trials.ts";
import { shownLoss } from "./shown-loss.ts";
import { Standings } from "./standings.ts";
import { MIN_TRIALS_REQUIRED, START_STEP, settingNumber } from "./stopping-settings.ts";

const PERCENTILE: SettingSpec = {
  name: "percentile",
  type: "float",
  min: 0,
  max: 100,
  exclusiveMin: true,
  exclusiveMax: true,
  default: "50",
  description: "Share of the trials, in percent, that goes on: 25 keeps a trial while it is among the best quarter.",
};

/** Measured: halves may be judged once the first few reports are over (docs/reference/benchmarks/early-stopping.md). */
const FIRST_TEST: SettingSpec = { ...START_STEP, default: "8" };

/** Compares best with best, so it is stricter than medianstop even at 50. */
export const percentile: StoppingRuleFactory = {
  name: "percentile",
  summary: "stops a trial whose best value is not among the given share of best values at the same step",
  source: "Golovin et al. (2017), section 3.2.2, with another quantile and best values throughout",
  settings: [PERCENTILE, MIN_TRIALS_REQUIRED, FIRST_TEST],
  create: (settings, objective) => new PercentileStop(settings, objective),
};

class PercentileStop implements StoppingRule {
  readonly #bests = new Standings(({ best }) => best);
  readonly #objective: StoppingObjective;
  readonly #share: number;
  readonly #minTrials: number;
  readonly #startStep: number;

  constructor(settings: Readonly<Record<string, string>>, objective: StoppingObjective) {
    this.#objective = objective;
    this.#share = settingNumber(settings, PERCENTILE);
    this.#minTrials = settingNumber(settings, MIN_TRIALS_REQUIRED);
    this.#startStep = settingNumber(settings, FIRST_TEST);
  }

  observe(trial: TrialHistory): void {
    this.#bests.observe(trial);
  }

  forget(id: string): void {
    this.#bests.forget(id);
  }

  decide({ id, steps }: TrialHistory): StopDecision | undefined {
    const standing = this.#bests.of(id);
    if (standing === undefined || steps.length < this.#startStep || standing.others < this.#minTrials) return undefined;
    const bound = standing.quantile(this.#share / 100);
    if (!(standing.own > bound)) return undefined;
    const { direction, metric } = this.#objective;
    const [own, theirs] = [shownLoss(standing.own, direction), shownLoss(bound, direction)];
    return {
      message: `percentile: the best ${metric} up to step ${steps.at(-1)} is ${own}, worse than ${theirs}, which the best ${this.#share} % of ${otherTrials(standing.others)} reached by there`,
    };
  }
}
