import type { Algorithm } from "../sampler.ts";
import { RANDOM_STATE } from "../settings.ts";
import { AutoSampler } from "./auto-sampler.ts";

/** The default for those who do not want to choose. */
export const auto: Algorithm = {
  name: "auto",
  summary:
    "chooses for you: a Gaussian process for the first few hundred trials, then of one region; Parzen estimators with many objectives",
  source: "our measurements (docs/reference/benchmarks/search-quality.md)",
  slowAsks: () => true,
  settings: [RANDOM_STATE],
  supports: {
    conditions: true,
    constraints: true,
    outcomeConstraints: true,
    multiObjective: true,
    warmStart: true,
    initialPoints: true,
  },
  create: (options) => new AutoSampler(options),
};
