import { CHECKPOINTS, checkpointProblems } from "../fidelity/fidelity-settings.ts";
import type { Algorithm } from "../sampler.ts";
import { RANDOM_STATE } from "../settings.ts";
import { PbtSampler } from "./pbt-sampler.ts";

/**
 * Population-based training. Settings as Katib's (behaviour 6.10); unlike there the checkpoint that is copied is the donor's, resample_probability can be set, and
 * members above the truncation go on with their own parameters, as in the paper.
 */
export const pbt: Algorithm = {
  name: "pbt",
  summary: "a population trains in stages; the worst members copy checkpoints and parameters of the best and vary them",
  source: "Jaderberg et al. (2017), Population Based Training of Neural Networks, arXiv:1711.09846",
  settings: [
    {
      ...CHECKPOINTS,
      required: true,
      description:
        "Folder in the container for checkpoints: a trial finds its parent's checkpoint there and leaves its own.",
    },
    {
      name: "n_population",
      type: "int",
      required: true,
      min: 5,
      description: "Members of the population, each of which trains one model.",
    },
    {
      name: "truncation_threshold",
      type: "float",
      required: true,
      min: 0,
      max: 1,
      description: "Share of the population that is replaced by copies, and share of the best that are copied.",
    },
    {
      name: "resample_probability",
      type: "float",
      min: 0,
      max: 1,
      description: "Chance that a copied parameter is drawn anew instead of varied; absent: never.",
    },
    RANDOM_STATE,
  ],
  supports: { constraints: true, outcomeConstraints: true, initialPoints: true },
  check: ({ settings }) => checkpointProblems(settings),
  create: (options) => new PbtSampler(options),
};
