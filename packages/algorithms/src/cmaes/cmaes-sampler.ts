import { MAX_SOBOL_DIMENSION, type RandomStream, randomStream, SobolSequence } from "@qalam/numeric";
import { algorithmLabel } from "../algorithm-label.ts";
import { Ledger } from "../ledger.ts";
import { lossOf, rankTrials } from "../rank-trials.ts";
import type { Answer, FinishedTrial, Json, PendingTrial, Sampler, SamplerOptions, SuggestedTrial } from "../sampler.ts";
import { seedOf } from "../settings.ts";
import { MixedDistribution, type MixedSample } from "./mixed-distribution.ts";
import { type RestartStrategy, Restarts } from "./restarts.ts";
import { defaultPopulation } from "./strategy-parameters.ts";

const GENERATION = algorithmLabel("cmaes", "generation");
/** Step size at the start, in widths of the cube: between Katib's sixth and the 0.3 that Hansen advises for a bounded range. */
const DEFAULT_SIGMA = 0.2;
/** Draws among which the one behind a trial is looked for; as many as the ledger makes. */
const MAX_DRAWS = 100;

/**
 * Generations of CMA-ES. A generation ends when as many of its trials have results as its population counts; until then more of it are drawn, so that neither failed
 * nor slow trials hold it up. Nothing of the distribution is stored: it is worked out again from the trials' generation labels; only trials that came too
 * late for their generation are noted.
 */
export class CmaesSampler implements Sampler {
  readonly #ledger: Ledger;
  readonly #seed: number;
  readonly #direction: SamplerOptions["directions"][number] | undefined;
  readonly #distribution: MixedDistribution;
  readonly #restarts: Restarts;
  /** Quasi-random instead of independent draws (Teytaud and Gelly 2007, DCMA); absent in more dimensions than it has. */
  readonly #sequence: SobolSequence | undefined;
  /** Results by generation and id, of open generations. */
  readonly #results = new Map<number, Map<number, FinishedTrial>>();
  /** Trials whose generation ended without them. */
  readonly #late: Set<number>;
  #generation = 0;
  /** Generations below this ended before this sampler was loaded: they end again with what they had. */
  readonly #replayed: number;

  constructor(options: SamplerOptions) {
    const [next = 0, generation = 0, ...late] = Array.isArray(options.state) ? options.state.map(Number) : [];
    this.#seed = seedOf(options);
    this.#direction = options.directions[0];
    this.#ledger = new Ledger(options.space, this.#seed, [], next);
    this.#replayed = generation;
    this.#late = new Set(late);
    const dimension = searchedParameters(options);
    const sigma = initialSigma(options);
    const population = defaultPopulation(dimension);
    if (dimension > 0 && dimension <= MAX_SOBOL_DIMENSION)
      this.#sequence = new SobolSequence(dimension, randomStream(this.#seed, "cmaes-sobol"));
    this.#distribution = new MixedDistribution(options.space, { sigma, population });
    const strategy = (options.settings.restart_strategy ?? "none").toLowerCase() as RestartStrategy;
    this.#restarts = new Restarts(strategy, { sigma, population });
  }

  tell(trials: readonly FinishedTrial[]): void {
    this.#ledger.tell(trials);
    for (const trial of trials) {
      const generation = Number(trial.labels?.[GENERATION]);
      if (trial.id < 0 || trial.state === "failed" || this.#late.has(trial.id) || !(generation >= this.#generation))
        continue;
      const results = this.#results.get(generation) ?? new Map<number, FinishedTrial>();
      this.#results.set(generation, results.set(trial.id, trial));
    }
  }

  ask(count: number, pending: readonly PendingTrial[]): Answer {
    this.#ledger.begin(pending);
    this.#advance(pending);
    const suggestions: SuggestedTrial[] = [];
    while (suggestions.length < count) {
      const random = this.#ledger.stream("cmaes");
      const point =
        this.#ledger.fresh((attempt) => this.#draw(this.#ledger.next, attempt, random).point, random) ??
        this.#ledger.fresh(() => this.#uniform(random), random);
      if (point === undefined) break;
      suggestions.push({
        id: this.#ledger.take(point),
        point,
        labels: { [GENERATION]: String(this.#generation) },
        origin: `cmaes generation ${this.#generation}`,
      });
    }
    return { suggestions, exhausted: suggestions.length < count };
  }

  dump(): Json {
    // Before the first ask the generations of the state may not have been worked out again.
    return [this.#ledger.next, Math.max(this.#generation, this.#replayed), ...[...this.#late].sort((a, b) => a - b)];
  }

  /** Ends every generation that is complete. */
  #advance(pending: readonly PendingTrial[]): void {
    for (;;) {
      const results = [...(this.#results.get(this.#generation)?.values() ?? [])];
      const isReplay = this.#generation < this.#replayed;
      if (!isReplay && results.length < this.#distribution.population) return;
      if (!isReplay)
        for (const { id, labels } of pending) if (labels?.[GENERATION] === String(this.#generation)) this.#late.add(id);
      this.#results.delete(this.#generation);
      if (results.length > 0) this.#update(rankTrials(results, this.#direction));
      this.#generation++;
    }
  }

  /** @param ranked the generation's trials, best first */
  #update(ranked: readonly FinishedTrial[]): void {
    this.#distribution.update(ranked.map((trial) => this.#sampleOf(trial)));
    const random = randomStream(this.#seed, "cmaes-restart", this.#generation);
    const restart = this.#restarts.after(
      {
        evaluations: ranked.length,
        best: Math.min(...ranked.map((trial) => lossOf(trial, this.#direction))),
        spread: this.#distribution.spread,
        axisRatio: this.#distribution.axisRatio,
      },
      this.#distribution.dimension,
      random,
    );
    if (restart !== undefined) this.#distribution.restart(restart, random);
  }

  /** The first attempt at a suggestion comes from the low-discrepancy sequence, so that a generation's samples do not cluster. */
  #draw(id: number, attempt: number, random: RandomStream): MixedSample {
    return this.#distribution.sample(random.split(attempt), attempt > 0 ? undefined : this.#sequence?.point(id + 1));
  }

  /** The draw behind a trial: drawn again from its stream. A configuration from elsewhere stands for itself. */
  #sampleOf({ id, point }: FinishedTrial): MixedSample {
    const { space } = this.#ledger;
    const random = randomStream(this.#seed, "cmaes", id);
    const key = space.key(point);
    for (let attempt = 0; attempt < MAX_DRAWS; attempt++) {
      const sample = this.#draw(id, attempt, random);
      if (space.key(sample.point) === key) return sample;
    }
    return this.#distribution.sampleAt(point);
  }

  #uniform(random: RandomStream) {
    const { space } = this.#ledger;
    return space.decode(Float64Array.from({ length: space.dimension }, () => random.uniform()));
  }
}

/** Parameters that have a choice. */
function searchedParameters({ space }: SamplerOptions): number {
  return space.counts.filter((count) => count > 1).length;
}

/** The step size at the start in widths of the unit cube: the setting by the narrowest range, as in Katib (behaviour 6.7), or the default. */
function initialSigma({ settings, space }: SamplerOptions): number {
  const sigma = Number(settings.sigma ?? 0);
  const ranges = space.parameters.flatMap((parameter) =>
    "values" in parameter || parameter.max === parameter.min ? [] : [parameter.max - parameter.min],
  );
  return sigma > 0 && ranges.length > 0 ? Math.min(1, sigma / Math.min(...ranges)) : DEFAULT_SIGMA;
}
