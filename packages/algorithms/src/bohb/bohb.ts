import {
  CHECKPOINTS,
  ETA,
  fidelityOf,
  fidelityProblems,
  RESOURCE_NAME,
  RESOURCE_RANGE,
} from "../fidelity/fidelity-settings.ts";
import { HalvingSampler } from "../fidelity/halving-sampler.ts";
import { hyperbandBracket } from "../hyperband/hyperband-brackets.ts";
import type { Algorithm } from "../sampler.ts";
import { RANDOM_STATE } from "../settings.ts";
import { DensitySource } from "./density-source.ts";

/** Hyperband's brackets, over and over, with configurations from a model. */
export const bohb: Algorithm = {
  name: "bohb",
  summary: "hyperband whose new configurations come from densities of good and other ones",
  source: "Falkner, Klein and Hutter (2018), BOHB, ICML",
  slowAsks: true,
  settings: [RESOURCE_NAME, ...RESOURCE_RANGE, ETA, CHECKPOINTS, RANDOM_STATE],
  supports: { conditions: true, constraints: true, initialPoints: true },
  check: fidelityProblems,
  create(options) {
    const fidelity = fidelityOf(options);
    const { levels, resources, eta } = fidelity;
    return new HalvingSampler(options, {
      name: "bohb",
      fidelity,
      bracket: (index) => hyperbandBracket(levels, eta, index),
      source: new DensitySource(resources.configurations, levels.length),
    });
  },
};
