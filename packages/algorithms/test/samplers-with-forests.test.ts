import { findAlgorithm } from "@qalam/algorithms";
import { describeSampler, type SamplerSuite } from "@qalam/testing";

for (const base_estimator of ["RF", "ET", "GBRT"]) {
  const suite: SamplerSuite = { settings: { base_estimator }, runs: 2, learningTrials: 30 };
  describeSampler(`bayesianoptimization ${base_estimator}`, findAlgorithm("bayesianoptimization")!, suite);
}
