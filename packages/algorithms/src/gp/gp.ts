import type { Algorithm } from "../sampler.ts";
import { RANDOM_STATE } from "../settings.ts";
import { DEFAULT_STARTUP, GpSampler } from "./gp-sampler.ts";

/** Bayesian optimisation with Gaussian processes; the default where trials are expensive. */
export const gp: Algorithm = {
  name: "gp",
  summary:
    "Gaussian process with expected improvement, of the hypervolume for several objectives: learns most from each of the first few hundred trials",
  source:
    "Ament et al. (2023), arXiv:2310.20708 (log EI); Daulton et al. (2020), arXiv:2006.05078 (EHVI); Cowen-Rivers et al. (2022), arXiv:2012.03826 (output warping)",
  slowAsks: () => true,
  settings: [
    RANDOM_STATE,
    {
      name: "n_startup_trials",
      type: "int",
      min: 2,
      default: String(DEFAULT_STARTUP),
      description: "Trials spread over the space before the model takes over.",
    },
  ],
  supports: {
    conditions: true,
    constraints: true,
    outcomeConstraints: true,
    multiObjective: true,
    initialPoints: true,
    warmStart: true,
  },
  create: (options) => new GpSampler(options),
};
