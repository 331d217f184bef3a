import type {
  Algorithm,
  FinishedTrial,
  Json,
  PendingTrial,
  Point,
  Sampler,
  SamplerOptions,
  SuggestedTrial,
} from "@qalam/algorithms";

/** What becomes of a suggestion. */
export type Outcome = Omit<FinishedTrial, keyof PendingTrial> & Pick<FinishedTrial, "intermediate">;

/** Plays an experiment against a sampler: keeps the books that the controllers would keep. */
export class SamplerRun {
  readonly suggested: SuggestedTrial[] = [];
  readonly finished: FinishedTrial[] = [];
  isExhausted = false;
  readonly #algorithm: Algorithm;
  readonly #options: SamplerOptions;
  #sampler: Sampler;
  #untold: FinishedTrial[] = [];
  #pending: SuggestedTrial[] = [];

  constructor(algorithm: Algorithm, options: SamplerOptions) {
    this.#algorithm = algorithm;
    this.#options = options;
    this.#sampler = algorithm.create(options);
  }

  get pending(): readonly SuggestedTrial[] {
    return this.#pending;
  }

  /** Tells what has finished since, in an order given by `arrange`, and asks. */
  ask(count: number, arrange: (trials: FinishedTrial[]) => FinishedTrial[][] = (trials) => [trials]): SuggestedTrial[] {
    for (const batch of arrange(this.#untold)) this.#sampler.tell(batch);
    this.#untold = [];
    const { suggestions, exhausted } = this.#sampler.ask(count, this.#pending);
    if (exhausted) this.isExhausted = true;
    this.suggested.push(...suggestions);
    this.#pending.push(...suggestions);
    return [...suggestions];
  }

  /** Ends some pending trials, oldest first. */
  finish(count: number, outcome: (trial: SuggestedTrial) => Outcome): void {
    for (const trial of this.#pending.splice(0, count)) {
      const { id, point, labels } = trial;
      const told = { id, point, ...(labels !== undefined && { labels }), ...outcome(trial) };
      this.finished.push(told);
      this.#untold.push(told);
    }
  }

  /** Loses pending trials: they were never run. */
  lose(count: number): void {
    this.#pending.splice(0, count);
  }

  /** Tells trials that are not of this run, or that were told before. */
  tell(trials: readonly FinishedTrial[]): void {
    this.#sampler.tell(trials);
  }

  /** The sampler dies; another one takes over from its state and is told everything, in an order given by `arrange`. */
  reload(arrange: (trials: FinishedTrial[]) => FinishedTrial[][]): void {
    const state = JSON.parse(JSON.stringify(this.#sampler.dump())) as Json;
    this.#sampler = this.#algorithm.create({ ...this.#options, state });
    this.#untold = [];
    for (const batch of arrange([...this.finished])) this.#sampler.tell(batch);
  }

  /** Asks and finishes one batch after the other. */
  play(rounds: number, batch: number, outcome: (trial: SuggestedTrial) => Outcome): this {
    for (let round = 0; round < rounds && !this.isExhausted; round++) {
      this.ask(batch);
      this.finish(batch, outcome);
    }
    return this;
  }

  /** Everything suggested so far, as comparable text. */
  transcript(): string[] {
    return this.suggested.map(
      ({ id, point, labels }) => `${id}: ${this.#options.space.key(point)} ${JSON.stringify(labels ?? {})}`,
    );
  }
}

/** A success. */
export function success(...values: number[]): Outcome {
  return { state: "succeeded", values };
}

/** A smooth objective on the cube with its least value 0 somewhere inside; every list parameter has one good value. */
export function bowl(point: Point, counts: readonly number[], parameters: SamplerOptions["space"]): number {
  const unit = parameters.encode(point);
  let sum = 0;
  for (let i = 0; i < unit.length; i++) {
    if (Number.isNaN(point[i])) continue;
    const target = 0.2 + 0.6 * ((i * 0.618_034) % 1);
    if (parameters.parameters[i]?.type === "categorical") sum += point[i] === Math.floor(target * counts[i]!) ? 0 : 0.1;
    else sum += ((unit[i] as number) - target) ** 2;
  }
  return sum;
}
