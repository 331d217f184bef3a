import { DensitySource } from "../bohb/density-source.ts";
import { randomSource } from "../fidelity/configuration-source.ts";
import {
  CHECKPOINTS,
  ETA,
  fidelityOf,
  fidelityProblems,
  RESOURCE_NAME,
  RESOURCE_RANGE,
} from "../fidelity/fidelity-settings.ts";
import { HalvingSampler } from "../fidelity/halving-sampler.ts";
import type { Algorithm } from "../sampler.ts";
import { RANDOM_STATE } from "../settings.ts";

/** Asynchronous successive halving in its promotion form: one bracket that never fills. */
export const asha: Algorithm = {
  name: "asha",
  summary: "many short trials, of which the best go on with more resource, without waiting for any",
  source: "Li et al. (2020), A System for Massively Parallel Hyperparameter Tuning, MLSys",
  settings: [
    RESOURCE_NAME,
    ...RESOURCE_RANGE,
    ETA,
    {
      name: "sampler",
      type: "string",
      values: ["random", "kde"],
      default: "random",
      description:
        "Where new configurations come from: draws from the prior, or BOHB's densities of good and other trials.",
    },
    CHECKPOINTS,
    RANDOM_STATE,
  ],
  supports: { conditions: true, constraints: true, outcomeConstraints: true, initialPoints: true, warmStart: true },
  check: fidelityProblems,
  create(options) {
    const fidelity = fidelityOf(options);
    const { levels, resources } = fidelity;
    return new HalvingSampler(options, {
      name: "asha",
      fidelity,
      bracket: (index) => (index === 0 ? { levels, size: Number.POSITIVE_INFINITY } : undefined),
      source:
        options.settings.sampler === "kde"
          ? new DensitySource(resources.configurations, levels.length)
          : randomSource(resources.configurations),
    });
  },
};
