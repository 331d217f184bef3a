import { findAlgorithm } from "@qalam/algorithms";
import { describeSampler, type SamplerSuite } from "@qalam/testing";

/** Search algorithms whose asks take milliseconds: fewer runs of each property. Where 24 trials solve the learning tasks, later ones look elsewhere. */
const SAMPLERS: readonly [name: string, suite: SamplerSuite][] = [
  ["gp", { runs: 4, learningTrials: 24, partOfRandom: 0.5 }],
  ["auto", { runs: 3, learningTrials: 24, partOfRandom: 0.5 }],
  ["bayesianoptimization", { runs: 3, learningTrials: 24, partOfRandom: 0.5 }],
  ["turbo", { runs: 3, learningTrials: 30, partOfRandom: 0.5 }],
];
for (const [name, suite] of SAMPLERS) describeSampler(name, findAlgorithm(name)!, suite);
