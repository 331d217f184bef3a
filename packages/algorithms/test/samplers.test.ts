import { findAlgorithm } from "@qalam/algorithms";
import { describeSampler, type SamplerSuite } from "@qalam/testing";

/** Search algorithms by name, and how the suite treats them. */
const SAMPLERS: Readonly<Record<string, SamplerSuite>> = {
  random: { except: { learns: "it does not look at results" } },
  grid: { except: { learns: "it does not look at results" } },
  sobol: { except: { learns: "it does not look at results" } },
  cmaes: {},
};

for (const [name, suite] of Object.entries(SAMPLERS)) describeSampler(name, findAlgorithm(name)!, suite);
