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
import type { Algorithm, SettingSpec } from "../sampler.ts";
import { RANDOM_STATE } from "../settings.ts";

/** As in the experiments of Li et al. 2020. */
const ASHA_ETA: SettingSpec = { ...ETA, default: "4" };

/** Asynchronous successive halving in its promotion form: one bracket that never fills. */
export const asha: Algorithm = {
  name: "asha",
  summary: "many short trials, of which the best go on with more resource, without waiting for any",
  source: "Li et al. (2020), A System for Massively Parallel Hyperparameter Tuning, MLSys",
  slowAsks: ({ sampler = "random" }) => isSlowSource(sampler),
  settings: [RESOURCE_NAME, ...RESOURCE_RANGE, ASHA_ETA, { ...SOURCE, default: "random" }, CHECKPOINTS, RANDOM_STATE],
  supports: { conditions: true, constraints: true, outcomeConstraints: true, initialPoints: true, warmStart: true },
  check: fidelityProblems,
  create(options) {
    const fidelity = fidelityOf(options, ASHA_ETA);
    const { levels } = fidelity;
    return new HalvingSampler(options, {
      name: "asha",
      fidelity,
      bracket: (index) =>
        index === 0
          ? { levels, size: Number.POSITIVE_INFINITY, learnsEntry: options.settings.min_resource === undefined }
          : undefined,
      source: sourceOf(options.settings.sampler ?? "random", options, fidelity),
    });
  },
};
