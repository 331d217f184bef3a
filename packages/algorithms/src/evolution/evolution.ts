import { defaultPopulationSize, PopulationSampler } from "../population/population-sampler.ts";
import { Variation } from "../population/variation.ts";
import type { Algorithm } from "../sampler.ts";
import { RANDOM_STATE } from "../settings.ts";
import { AgeingPopulation } from "./ageing-population.ts";

/** Regularised evolution: cheap to ask whatever the number of parameters and trials, at home in large categorical and conditional spaces. */
export const evolution: Algorithm = {
  name: "evolution",
  summary: "regularised (ageing) evolution: small changes to the best of a few recent trials",
  source: "Real et al. (2019), Regularized Evolution for Image Classifier Architecture Search, AAAI 33",
  settings: [
    RANDOM_STATE,
    {
      name: "population_size",
      type: "int",
      min: 2,
      description: "Trials that can be parents: the youngest ones. Absent: a fifth of maxTrialCount, 10 to 50.",
    },
    {
      name: "sample_size",
      type: "int",
      min: 1,
      description:
        "Members drawn of which the best becomes the parent; more exploits more. Absent: a third of the population.",
    },
  ],
  supports: { conditions: true, constraints: true, outcomeConstraints: true, warmStart: true, initialPoints: true },
  create: (options) => {
    const size = Number(options.settings.population_size ?? defaultPopulationSize(options));
    const sample = Number(options.settings.sample_size ?? Math.ceil(size / 3));
    const population = new AgeingPopulation(options.directions[0], { size, sample }, new Variation(options.space));
    return new PopulationSampler("evolution", options, size, population);
  },
};
