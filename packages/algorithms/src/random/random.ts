import { PointwiseSampler } from "../pointwise-sampler.ts";
import type { Algorithm } from "../sampler.ts";
import { RANDOM_STATE, seedOf } from "../settings.ts";

/** Independent draws from the prior of every parameter (Bergstra and Bengio 2012, Random Search for Hyper-Parameter Optimization). */
export const random: Algorithm = {
  name: "random",
  summary: "independent draws from each parameter's distribution",
  source: "Bergstra and Bengio (2012), JMLR 13",
  settings: [RANDOM_STATE],
  supports: {
    conditions: true,
    constraints: true,
    outcomeConstraints: true,
    multiObjective: true,
    warmStart: true,
    initialPoints: true,
  },
  create: (options) =>
    new PointwiseSampler("random", options, seedOf(options), (_id, _attempt, stream) =>
      options.space.decode(Float64Array.from({ length: options.space.dimension }, () => stream.uniform())),
    ),
};
