import {
  CHECKPOINTS,
  ETA,
  fidelityOf,
  fidelityProblems,
  RESOURCE_NAME,
  RESOURCE_RANGE,
} from "../fidelity/fidelity-settings.ts";
import type { Algorithm } from "../sampler.ts";
import { RANDOM_STATE } from "../settings.ts";
import { DehbSampler } from "./dehb-sampler.ts";

/** Hyperband's brackets with differential evolution in the place of promotion and random draws. */
export const dehb: Algorithm = {
  name: "dehb",
  summary: "hyperband whose populations, one for each resource, evolve by differential evolution",
  source: "Awad, Mallik and Hutter (2021), DEHB: Evolutionary Hyperband, IJCAI",
  settings: [
    RESOURCE_NAME,
    ...RESOURCE_RANGE,
    ETA,
    {
      name: "mutation_factor",
      type: "float",
      default: "0.5",
      min: 0,
      max: 2,
      exclusiveMin: true,
      description: "How far mutants step, in units of the distance between two parents.",
    },
    {
      name: "crossover_prob",
      type: "float",
      default: "0.5",
      min: 0,
      max: 1,
      description: "Probability that a child has a parameter from the mutant and not from its target.",
    },
    CHECKPOINTS,
    RANDOM_STATE,
  ],
  supports: { conditions: true, constraints: true, outcomeConstraints: true, initialPoints: true, warmStart: true },
  check: fidelityProblems,
  create(options) {
    const { settings } = options;
    return new DehbSampler(options, fidelityOf(options), {
      mutationFactor: Number(settings.mutation_factor ?? 0.5),
      crossoverProbability: Number(settings.crossover_prob ?? 0.5),
      learnsEntry: settings.min_resource === undefined,
    });
  },
};
