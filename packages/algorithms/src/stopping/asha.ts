import type { SettingSpec } from "../sampler.ts";
import type { StoppingRuleFactory } from "../stopping-rule.ts";
import { HalvingLadder } from "./halving.ts";
import { FIRST_RUNG, settingNumber } from "./stopping-settings.ts";

export const ETA: SettingSpec = {
  name: "eta",
  type: "float",
  min: 1,
  exclusiveMin: true,
  default: "3",
  description: "One of eta trials goes on at each rung, and the rungs are eta times as far apart.",
};

/** Asynchronous successive halving in its stopping form. */
export const asha: StoppingRuleFactory = {
  name: "asha",
  summary: "lets the best 1/eta of the trials pass at steps start_step, start_step·eta, start_step·eta² …",
  source:
    "Li et al. (2020), A System for Massively Parallel Hyperparameter Tuning, arXiv:1810.05934, in the stopping form of Klein et al. (2020), arXiv:2003.10865",
  settings: [FIRST_RUNG, ETA],
  create: (settings, objective) =>
    new HalvingLadder({
      rule: "asha",
      objective,
      first: settingNumber(settings, FIRST_RUNG),
      eta: settingNumber(settings, ETA),
    }),
};
