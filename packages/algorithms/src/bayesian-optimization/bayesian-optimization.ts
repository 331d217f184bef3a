import { DEFAULT_STARTUP } from "../gp/gp-sampler.ts";
import type { Algorithm } from "../sampler.ts";
import { RANDOM_STATE } from "../settings.ts";
import { BayesianOptimizationSampler } from "./bayesian-optimization-sampler.ts";

/** Katib's settings (behaviour 6.6) with their rules; unlike there distributions, steps and negative ranges are honoured and trials under way are known. */
export const bayesianoptimization: Algorithm = {
  name: "bayesianoptimization",
  summary:
    "model-based search with scikit-optimize's models and criteria: Gaussian process, random forest, extra trees, boosted trees",
  source: "scikit-optimize 0.9; Hoffman et al. (2011), UAI: GP-Hedge; Hutter et al. (2011), LION 5: forests",
  slowAsks: () => true,
  settings: [
    {
      name: "base_estimator",
      type: "string",
      values: ["GP", "RF", "ET", "GBRT"],
      default: "GP",
      description:
        "Model of the objective: Gaussian process, random forest, extremely randomised trees, gradient boosted quantiles.",
    },
    {
      name: "n_initial_points",
      type: "int",
      min: 0,
      default: String(DEFAULT_STARTUP),
      description: "Trials before the model takes over.",
    },
    {
      name: "acq_func",
      type: "string",
      values: ["gp_hedge", "LCB", "EI", "PI", "EIps", "PIps"],
      default: "gp_hedge",
      description:
        "Which point the model finds most promising: lower confidence bound, expected improvement, probability of improvement, or one of them drawn by their success. EIps and PIps are EI and PI: durations are not known here.",
    },
    {
      name: "acq_optimizer",
      type: "string",
      values: ["auto", "sampling", "lbfgs"],
      default: "auto",
      description:
        "How that point is found: the best of many, or gradient steps from the best (GP only); auto: gradient steps for GP, sampling for trees.",
    },
    RANDOM_STATE,
  ],
  supports: { conditions: true, constraints: true, initialPoints: true, warmStart: true },
  check: ({ settings: { base_estimator = "GP", acq_optimizer = "auto" } }) =>
    base_estimator !== "GP" && acq_optimizer === "lbfgs"
      ? [`acq_optimizer lbfgs needs a gradient, which base_estimator ${base_estimator} has not; write sampling or auto`]
      : [],
  create: (options) => new BayesianOptimizationSampler(options),
};
