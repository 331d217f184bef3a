import {
  type ConfigurationSource,
  type ProposalRequest,
  type Proposals,
  randomPoint,
  randomSource,
} from "../fidelity/configuration-source.ts";
import type { RungResult } from "../fidelity/rung.ts";
import type { SearchSpace } from "../search-space.ts";
import { KernelDensity } from "./kernel-density.ts";

/** Constants of Falkner et al. 2018, section 4.2 and appendix. */
const RANDOM_SHARE = 1 / 3;
const GOOD_SHARE = 0.15;
const CANDIDATES = 64;
const BANDWIDTH_FACTOR = 3;

/**
 * BOHB's proposals: densities of the good and of the other configurations at the largest resource that has enough of them; of candidates drawn from the good one the one
 * with the best ratio. A third are draws from the prior.
 */
export class DensitySource implements ConfigurationSource {
  readonly #space: SearchSpace;
  readonly #results: readonly Map<number, RungResult>[];
  readonly #random: ConfigurationSource;

  /** @param levels number of resources */
  constructor(space: SearchSpace, levels: number) {
    this.#space = space;
    this.#results = Array.from({ length: levels }, () => new Map());
    this.#random = randomSource(space);
  }

  tell(level: number, result: RungResult): void {
    this.#results[level]?.set(result.id, result);
  }

  proposals(request: ProposalRequest): Proposals {
    const { random } = request;
    const isRandom = random.uniform() < RANDOM_SHARE;
    const results = this.#results.findLast(({ size }) => size >= this.#space.dimension + 2);
    if (isRandom || results === undefined) return this.#random.proposals(request);
    const { good, others } = this.#split([...results.values()]);
    if (good.length === 0) return this.#random.proposals(request);
    const [likely, unlikely] = [this.#density(good), this.#density(others)];
    const candidates = Array.from({ length: CANDIDATES }, () => {
      const unit = likely.sample(random, BANDWIDTH_FACTOR);
      return { unit, score: likely.logDensity(unit) - unlikely.logDensity(unit) };
    }).sort((a, b) => b.score - a.score);
    return {
      origin: `densities of ${good.length} good and ${others.length} other trials`,
      at: (attempt) => {
        const candidate = candidates[attempt];
        return candidate === undefined ? randomPoint(this.#space, random) : this.#space.decode(candidate.unit);
      },
    };
  }

  #split(results: RungResult[]): { good: RungResult[]; others: RungResult[] } {
    results.sort((a, b) => (a.loss === b.loss ? a.id - b.id : a.loss < b.loss ? -1 : 1));
    const least = this.#space.dimension + 1;
    const count = Math.max(least, Math.floor(GOOD_SHARE * results.length));
    return {
      good: results.slice(0, count).filter(({ loss }) => loss < Number.POSITIVE_INFINITY),
      others: results.slice(-Math.max(least, results.length - count)),
    };
  }

  #density(results: readonly RungResult[]): KernelDensity {
    return new KernelDensity(
      this.#space,
      results.map(({ configuration }) => this.#space.encode(configuration)),
    );
  }
}
