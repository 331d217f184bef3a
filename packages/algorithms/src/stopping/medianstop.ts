import type {
  StopDecision,
  StoppingObjective,
  StoppingRule,
  StoppingRuleFactory,
  TrialHistory,
} from "../stopping-rule.ts";
import { otherTrials } from "./other-trials.ts";
import { RunningStatistics } from "./running-statistics.ts";
import { shownLoss } from "./shown-loss.ts";
import { SortedNumbers } from "./sorted-numbers.ts";
import { Standings } from "./standings.ts";
import { MIN_TRIALS_REQUIRED, START_STEP, settingNumber } from "./stopping-settings.ts";

/**
 * The median stopping rule as published: a trial ends when its best value so far is worse than the median of the other trials' running averages at the same step. Settings
 * as Katib's (behaviour 7), which compares once and with a mean.
 */
export const medianstop: StoppingRuleFactory = {
  name: "medianstop",
  summary: "stops a trial whose best value is worse than the median of the other trials' averages up to the same step",
  source: "Golovin et al. (2017), Google Vizier, section 3.2.2",
  settings: [MIN_TRIALS_REQUIRED, START_STEP],
  create: (settings, objective) => new MedianStop(settings, objective),
  fixedBound: (settings, _, finished) => {
    const startStep = settingNumber(settings, START_STEP);
    const averages = finished
      .filter(({ values }) => values.length >= startStep)
      .map(({ values }) => averageOf(values.slice(0, startStep)));
    if (averages.length < settingNumber(settings, MIN_TRIALS_REQUIRED)) return undefined;
    const loss = medianOf(averages);
    return Number.isFinite(loss) ? { startStep, loss } : undefined;
  },
};

function averageOf(losses: readonly number[]): number {
  const statistics = new RunningStatistics();
  for (const loss of losses) statistics.add(loss);
  return statistics.mean;
}

function medianOf(numbers: readonly number[]): number {
  const sorted = new SortedNumbers();
  for (const number of numbers) sorted.add(number);
  const [low, high] = [(sorted.size - 1) >> 1, sorted.size >> 1].map((rank) => sorted.at(rank)) as [number, number];
  return low === high ? low : low / 2 + high / 2;
}

class MedianStop implements StoppingRule {
  readonly #averages = new Standings(({ mean }) => mean);
  readonly #objective: StoppingObjective;
  readonly #minTrials: number;
  readonly #startStep: number;

  constructor(settings: Readonly<Record<string, string>>, objective: StoppingObjective) {
    this.#objective = objective;
    this.#minTrials = settingNumber(settings, MIN_TRIALS_REQUIRED);
    this.#startStep = settingNumber(settings, START_STEP);
  }

  observe(trial: TrialHistory): void {
    this.#averages.observe(trial);
  }

  forget(id: string): void {
    this.#averages.forget(id);
  }

  decide({ id, steps }: TrialHistory): StopDecision | undefined {
    const standing = this.#averages.of(id);
    const best = this.#averages.statistics(id)?.best;
    if (standing === undefined || best === undefined) return undefined;
    if (steps.length < this.#startStep || standing.others < this.#minTrials) return undefined;
    const median = standing.quantile(0.5);
    if (!(best > median)) return undefined;
    const { direction, metric } = this.#objective;
    const [own, theirs] = [shownLoss(best, direction), shownLoss(median, direction)];
    return {
      message: `medianstop: the best ${metric} up to step ${steps.at(-1)} is ${own}, worse than ${theirs}, the median of the averages of ${otherTrials(standing.others)} up to there`,
    };
  }
}
