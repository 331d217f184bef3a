import { findAlgorithm } from "@qalam/algorithms";
import { describeSampler, type SamplerSuite } from "@qalam/testing";

/** Search algorithms by name, and how the suite treats them. Those with models and with budgets have files of their own, so that they run side by side. */
const SAMPLERS: Readonly<Record<string, SamplerSuite>> = {
  random: { except: { learns: "it does not look at results" } },
  grid: { except: { learns: "it does not look at results" } },
  sobol: { except: { learns: "it does not look at results" } },
  cmaes: {},
  tpe: {},
  "multivariate-tpe": {},
  evolution: {},
  nsga2: {},
};

for (const [name, suite] of Object.entries(SAMPLERS)) describeSampler(name, findAlgorithm(name)!, suite);
