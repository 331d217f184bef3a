import { randomStream } from "@qalam/numeric";
import type { SettingSpec } from "../sampler.ts";
import type {
  StopDecision,
  StoppingObjective,
  StoppingRule,
  StoppingRuleFactory,
  TrialHistory,
} from "../stopping-rule.ts";
import { ETA } from "./asha.ts";
import { HalvingLadder } from "./halving.ts";
import { FIRST_RUNG, settingNumber } from "./stopping-settings.ts";

const MAX_STEP: SettingSpec = {
  name: "max_step",
  type: "int",
  min: 1,
  required: true,
  description: "The last step of a full training.",
};

/** Hyperband's brackets as ladders that start at different steps. */
export const hyperband: StoppingRuleFactory = {
  name: "hyperband",
  summary: "asha in several brackets with later and later first rungs, so that slow starters get their chance",
  source: "Li et al. (2018), Hyperband, JMLR 18-185, algorithm 1",
  settings: [MAX_STEP, FIRST_RUNG, ETA],
  check(settings) {
    const [first, last] = [settingNumber(settings, FIRST_RUNG), settingNumber(settings, MAX_STEP)];
    return first > last ? [`start_step: must be at most max_step (${last}), found ${first}`] : [];
  },
  create: (settings, objective) => new HyperbandStop(settings, objective),
};

class HyperbandStop implements StoppingRule {
  readonly #ladders: readonly HalvingLadder[];
  /** Share of the trials up to and including each bracket. */
  readonly #shares: readonly number[];

  constructor(settings: Readonly<Record<string, string>>, objective: StoppingObjective) {
    const [first, last, eta] = [FIRST_RUNG, MAX_STEP, ETA].map((spec) => settingNumber(settings, spec)) as [
      number,
      number,
      number,
    ];
    // A whisker more, as logarithms of exact powers may fall short of them.
    const deepest = Math.floor(Math.log(last / first) / Math.log(eta) + 1e-9);
    const brackets = Array.from({ length: deepest + 1 }, (_, i) => i);
    this.#ladders = brackets.map(
      (i) => new HalvingLadder({ rule: `hyperband, bracket ${i}`, objective, first: first * eta ** i, eta }),
    );
    const sizes = brackets.map((i) => Math.ceil(((deepest + 1) / (deepest - i + 1)) * eta ** (deepest - i)));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    this.#shares = sizes.map((_, i) => sizes.slice(0, i + 1).reduce((sum, size) => sum + size, 0) / total);
  }

  observe(trial: TrialHistory): void {
    this.#ladderOf(trial.id).observe(trial);
  }

  forget(id: string): void {
    this.#ladderOf(id).forget(id);
  }

  decide(trial: TrialHistory): StopDecision | undefined {
    return this.#ladderOf(trial.id).decide(trial);
  }

  /** A trial's bracket follows from its id, so that it is the same after a restart. */
  #ladderOf(id: string): HalvingLadder {
    const place = randomStream(0, "bracket", id).uniform();
    const bracket = this.#shares.findIndex((share) => place < share);
    return this.#ladders.at(bracket) as HalvingLadder;
  }
}
