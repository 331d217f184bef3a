import type { RandomStream } from "@qalam/numeric";

export type RestartStrategy = "none" | "ipop" | "bipop";

/** Where a run of CMA-ES starts. */
export interface RunStart {
  readonly population: number;
  readonly sigma: number;
}

/** Differences between generations below this, relative to the best value, are none. */
const FLAT = 1e-9;
/** A distribution narrower than this part of its start has converged. */
const NARROW = 1e-6;
/** An axis ratio beyond this is numerically meaningless. */
const MAX_AXIS_RATIO = 1e7 * 0.99;

/** Decides when a run is over and how the next one starts: IPOP (Auger and Hansen 2005) doubles the population, BIPOP (Hansen 2009) alternates with small runs. */
export class Restarts {
  readonly #strategy: RestartStrategy;
  readonly #first: RunStart;
  #run: RunStart;
  #isSmall = false;
  #doublings = 0;
  /** Evaluations used by large and by small runs. */
  #spent = { large: 0, small: 0 };
  /** Best loss of each generation of this run. */
  #bests: number[] = [];

  constructor(strategy: RestartStrategy, first: RunStart) {
    this.#strategy = strategy;
    this.#first = first;
    this.#run = first;
  }

  /** Notes a generation. @param best its least loss @returns the start of the next run when this one is over */
  after(
    generation: {
      readonly evaluations: number;
      readonly best: number;
      readonly spread: number;
      readonly axisRatio: number;
    },
    dimension: number,
    random: RandomStream,
  ): RunStart | undefined {
    this.#spent[this.#isSmall ? "small" : "large"] += generation.evaluations;
    this.#bests.push(generation.best);
    if (this.#strategy === "none" || !this.#isOver(generation, dimension)) return undefined;
    this.#bests = [];
    this.#run = this.#next(random);
    return this.#run;
  }

  #isOver({ spread, axisRatio }: { readonly spread: number; readonly axisRatio: number }, dimension: number): boolean {
    if (spread < NARROW * this.#run.sigma || axisRatio > MAX_AXIS_RATIO) return true;
    const window = 10 + Math.ceil((30 * dimension) / this.#run.population);
    if (this.#bests.length < window) return false;
    const recent = this.#bests.slice(-window);
    const low = Math.min(...recent);
    const high = Math.max(...recent);
    return low === high || high - low <= FLAT * Math.max(1, Math.abs(low));
  }

  #next(random: RandomStream): RunStart {
    const { population, sigma } = this.#first;
    this.#isSmall = this.#strategy === "bipop" && this.#doublings > 0 && this.#spent.small < this.#spent.large;
    if (this.#isSmall) {
      const largest = population * 2 ** this.#doublings;
      const size = population * ((0.5 * largest) / population) ** (random.uniform() ** 2);
      return { population: Math.max(2, Math.floor(size)), sigma: sigma * 10 ** (-2 * random.uniform()) };
    }
    this.#doublings++;
    return { population: population * 2 ** this.#doublings, sigma };
  }
}
