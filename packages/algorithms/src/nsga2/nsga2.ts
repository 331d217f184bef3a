import { defaultPopulationSize, PopulationSampler } from "../population/population-sampler.ts";
import { Variation } from "../population/variation.ts";
import type { Algorithm } from "../sampler.ts";
import { RANDOM_STATE } from "../settings.ts";
import { ElitistPopulation } from "./elitist-population.ts";

/** NSGA-II: a front of trade-offs over several hundred trials or more, with constraints by Deb's rules; one objective is a special case. */
export const nsga2: Algorithm = {
  name: "nsga2",
  summary: "NSGA-II: a population that spreads along the front of several objectives",
  source: "Deb et al. (2002), IEEE Trans. Evol. Comput. 6; crossover: Deb and Agrawal (1995), Complex Systems 9",
  settings: [
    RANDOM_STATE,
    {
      name: "population_size",
      type: "int",
      min: 2,
      description: "Survivors of each generation, and trials in one. Absent: a fifth of maxTrialCount, 10 to 50.",
    },
  ],
  supports: {
    conditions: true,
    constraints: true,
    outcomeConstraints: true,
    multiObjective: true,
    warmStart: true,
    initialPoints: true,
  },
  create: (options) => {
    const size = Number(options.settings.population_size ?? defaultPopulationSize(options));
    const population = new ElitistPopulation(options.directions, size, new Variation(options.space));
    return new PopulationSampler("nsga2", options, size, population);
  },
};
