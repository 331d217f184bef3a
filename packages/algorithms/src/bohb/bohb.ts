import {
  CHECKPOINTS,
  ETA,
  fidelityOf,
  fidelityProblems,
  RESOURCE_NAME,
  RESOURCE_RANGE,
} from "../fidelity/fidelity-settings.ts";
import { HalvingSampler } from "../fidelity/halving-sampler.ts";
import { isSlowSource, SOURCE, sourceOf } from "../fidelity/source-setting.ts";
import { hyperbandBracket } from "../hyperband/hyperband-brackets.ts";
import type { Algorithm } from "../sampler.ts";
import { RANDOM_STATE } from "../settings.ts";

/** Hyperband's brackets, over and over, with configurations from a model. */
export const bohb: Algorithm = {
  name: "bohb",
  summary: "hyperband whose new configurations come from a model of the results",
  source: "Falkner, Klein and Hutter (2018), BOHB, ICML",
  slowAsks: ({ sampler = "auto" }) => isSlowSource(sampler),
  settings: [RESOURCE_NAME, ...RESOURCE_RANGE, ETA, { ...SOURCE, default: "auto" }, CHECKPOINTS, RANDOM_STATE],
  supports: { conditions: true, constraints: true, outcomeConstraints: true, initialPoints: true, warmStart: true },
  check: fidelityProblems,
  create(options) {
    const fidelity = fidelityOf(options);
    const { levels, eta } = fidelity;
    return new HalvingSampler(options, {
      name: "bohb",
      fidelity,
      bracket: (index) => hyperbandBracket(levels, eta, index),
      source: sourceOf(options.settings.sampler ?? "auto", options, fidelity),
    });
  },
};
