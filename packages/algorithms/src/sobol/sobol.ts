import { MAX_SOBOL_DIMENSION, randomStream, SobolSequence } from "@qalam/numeric";
import { PointwiseSampler } from "../pointwise-sampler.ts";
import type { Algorithm, SamplerOptions } from "../sampler.ts";
import { RANDOM_STATE, seedOf } from "../settings.ts";

/** Leaves room between the numbers of suggestions for further attempts, which take points from the far end of the sequence. */
const ATTEMPT_OFFSET = 2 ** 31;

/**
 * Points of a Sobol sequence over the parameters sorted by name. Scrambled by the seed, so that experiments differ and no coordinate is favoured; with
 * `scramble: "false"` it is Katib's plain sequence (behaviour 6.8): the origin is skipped and the first point is the centre. Unlike in Katib every value of a
 * range can come up, the last too.
 */
export const sobol: Algorithm = {
  name: "sobol",
  summary: "a low-discrepancy sequence that fills the space evenly",
  source: "Joe and Kuo (2008), SIAM J. Sci. Comput. 30; scrambling: Matoušek (1998), J. Complexity 14",
  settings: [
    RANDOM_STATE,
    {
      name: "scramble",
      type: "bool",
      default: "true",
      description: "Scrambles the sequence by the seed; false: the plain sequence, the same in every experiment.",
    },
  ],
  supports: { constraints: true, multiObjective: true, outcomeConstraints: true, initialPoints: true },
  check: ({ space }) =>
    space.dimension > MAX_SOBOL_DIMENSION
      ? [`sobol has at most ${MAX_SOBOL_DIMENSION} parameters, found ${space.dimension}; use random`]
      : [],
  create: (options) => {
    const order = options.space.parameters
      .map(({ name }, i) => ({ name, i }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const sequence = new SobolSequence(options.space.dimension, scramble(options));
    return new PointwiseSampler("sobol", options, seedOf(options), (id, attempt) => {
      const coordinates = sequence.point(attempt === 0 ? id + 1 : (ATTEMPT_OFFSET + id * 256 + attempt) >>> 0);
      const unit = new Float64Array(options.space.dimension);
      order.forEach(({ i }, rank) => {
        unit[i] = coordinates[rank] as number;
      });
      return options.space.decode(unit);
    });
  },
};

function scramble(options: SamplerOptions) {
  return /^false$/i.test(options.settings.scramble ?? "") ? undefined : randomStream(seedOf(options), "sobol");
}
