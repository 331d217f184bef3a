import type { Algorithm } from "../sampler.ts";
import { CmaesSampler } from "./cmaes-sampler.ts";

/** CMA-ES with margin for whole numbers and CatCMA's distributions for categories. Settings as Katib's (behaviour 6.7); unlike there, maximising maximises. */
export const cmaes: Algorithm = {
  name: "cmaes",
  summary: "covariance matrix adaptation: learns scale and correlation of the parameters over hundreds of trials",
  source: "Hansen (2016), arXiv:1604.00772; Hamano et al. (2022 and 2024): CMA-ES with margin, CatCMA",
  slowAsks: () => true,
  settings: [
    { name: "random_state", type: "int", description: "Seed; absent: each experiment has its own." },
    {
      name: "sigma",
      type: "float",
      default: "0",
      description:
        "Standard deviation at the start, in units of the numeric parameter with the narrowest range; 0 or below: a fifth of every range.",
    },
    {
      name: "restart_strategy",
      type: "string",
      values: ["none", "None", "ipop", "bipop"],
      default: "none",
      description: "What follows a converged search: nothing, a doubled population, or large and small ones in turn.",
    },
  ],
  supports: {},
  create: (options) => new CmaesSampler(options),
};
