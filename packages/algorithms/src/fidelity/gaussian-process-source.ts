import { gp } from "../gp/gp.ts";
import type { Point } from "../parameter.ts";
import type { FinishedTrial, Sampler, SamplerOptions } from "../sampler.ts";
import { seedOf } from "../settings.ts";
import { type ConfigurationSource, type ProposalRequest, type Proposals, randomPoint } from "./configuration-source.ts";
import { type ResourceSpace, withParameter } from "./resource-space.ts";
import type { RungResult } from "./rung.ts";

/** Share of draws from the prior: short trials may mislead the model. */
const RANDOM_SHARE = 0.1;
/** Proposals of the model that turn out to be known before draws from the prior take over. */
const ATTEMPTS = 4;
/** Results the model is told at most, those of the largest resources: it is fitted anew for each ask. */
const MOST_ROWS = 100;

/** The result of a configuration at the largest resource it has been trained with. */
interface LatestResult {
  /** Place of the resource among all levels, ascending. */
  readonly level: number;
  readonly trial: FinishedTrial;
}

/**
 * A Gaussian process over configuration and resource together (as in Klein et al. 2020, MOBSTER, arXiv:2003.10865): how much a short trial says of a long one is a length-scale like that of
 * any parameter, so a resource that misleads is soon not listened to. Until d + 2 configurations have finished, and for a share of the proposals, draws from the prior (as
 * in Falkner et al. 2018, BOHB). It is made anew for each ask, so nothing need be stored.
 */
export class GaussianProcessSource implements ConfigurationSource {
  readonly #options: SamplerOptions;
  readonly #resources: ResourceSpace;
  /** By the key of the configuration. */
  readonly #results = new Map<string, LatestResult>();
  /** Of this ask. */
  #sampler: Sampler | undefined;

  constructor(options: SamplerOptions, resources: ResourceSpace) {
    this.#options = options;
    this.#resources = resources;
  }

  tell(level: number, { key }: RungResult, trial: FinishedTrial): void {
    const known = this.#results.get(key);
    const isLater = known === undefined || level > known.level || (level === known.level && trial.id < known.trial.id);
    if (isLater) this.#results.set(key, { level, trial });
  }

  begin(): void {
    this.#sampler = undefined;
  }

  proposals({ id, random, open }: ProposalRequest): Proposals {
    const { configurations, configurationOf } = this.#resources;
    const drawn = () => randomPoint(configurations, random);
    const count = this.#results.size;
    if (random.uniform() < RANDOM_SHARE || count < configurations.dimension + 2)
      return { origin: "a random draw", at: drawn };
    this.#sampler ??= this.#fitted(id);
    const sampler = this.#sampler;
    const underWay = [...open];
    const next = (): Point => {
      const [suggestion] = sampler.ask(1, underWay).suggestions;
      if (suggestion === undefined) return drawn();
      underWay.push(suggestion);
      return configurationOf(suggestion.point);
    };
    return { origin: `gp of ${count} configurations`, at: (attempt) => (attempt < ATTEMPTS ? next() : drawn()) };
  }

  /** @param firstId number of its first suggestion */
  #fitted(firstId: number): Sampler {
    const { directions, constraints } = this.#options;
    const { parameter } = this.#resources;
    // Levels are powers of eta.
    const distribution = parameter.min > 0 ? "logUniform" : "uniform";
    const sampler = gp.create({
      space: withParameter(this.#options.space, { ...parameter, distribution }),
      directions,
      // Short trials have seen to a start.
      settings: { n_startup_trials: "2" },
      seed: seedOf(this.#options),
      firstId,
      ...(constraints !== undefined && { constraints }),
    });
    const results = [...this.#results.values()].sort((a, b) => b.level - a.level || b.trial.id - a.trial.id);
    sampler.tell(results.slice(0, MOST_ROWS).map(({ trial }) => trial));
    return sampler;
  }
}
