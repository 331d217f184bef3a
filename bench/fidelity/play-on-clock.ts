import type { FinishedTrial, PendingTrial, Point, SamplerOptions, SuggestedTrial } from "@qalam/algorithms";
import { randomStream } from "@qalam/numeric";
import type { NamedAlgorithm } from "../quality/command-line.ts";
import { type CurveTask, FULL } from "./curve-task.ts";

export interface ClockOptions {
  readonly seed: number;
  /** Trials that run at the same time. */
  readonly workers: number;
  /** The clock stops when all workers together could have made this many full trainings of average speed. */
  readonly trainings: number;
  /** Promoted trials go on from the checkpoint of their shorter run; otherwise they begin anew. */
  readonly checkpoints: boolean;
  /** All configurations take the same time per epoch. */
  readonly evenCost?: boolean;
}

/** One run, as written to the JSON lines. */
export interface ClockRun {
  readonly sampler: string;
  readonly task: string;
  readonly seed: number;
  /** Times at which the best value changed, and the best value since then; the whole time is 1. */
  readonly improvements: readonly (readonly [time: number, best: number])[];
  /** Finished trials, and how many of them were full trainings. */
  readonly trials: number;
  readonly full: number;
  readonly ask_seconds: number;
}

interface Training {
  readonly trial: SuggestedTrial;
  readonly configuration: Point;
  readonly epochs: number;
  readonly end: number;
}

/** Does the algorithm choose the epochs itself? The others train to the end. */
function isMultiFidelity({ algorithm }: NamedAlgorithm): boolean {
  return algorithm.settings.some(({ name }) => name === "resource_name");
}

/**
 * Plays one experiment on a virtual clock: a queue of the trainings under way, by the time of their end. A training takes its epochs times the time per epoch of its
 * configuration. The best value counts whatever the epochs it was reached after, as the experiment would report it.
 */
export async function playOnClock(task: CurveTask, named: NamedAlgorithm, options: ClockOptions): Promise<ClockRun> {
  const player = new Player(task, named, options);
  for (let worker = 0; worker < options.workers; worker++) player.start();
  while (await player.finishNext()) player.start();
  return player.run;
}

class Player {
  readonly #task: CurveTask;
  readonly #named: NamedAlgorithm;
  readonly #options: ClockOptions;
  readonly #sampler;
  readonly #improvements: [number, number][] = [];
  /** Epochs of the trials that were made, by number: what their checkpoints hold. */
  readonly #epochsOf = new Map<number, number>();
  readonly #whole: number;
  #busy: Training[] = [];
  /** Workers for whom there was nothing to do. */
  #idle = 0;
  #now = 0;
  #trials = 0;
  #full = 0;
  #askMilliseconds = 0;

  constructor(task: CurveTask, named: NamedAlgorithm, options: ClockOptions) {
    const { algorithm, settings } = named;
    const { seed, workers, trainings } = options;
    const epochs = isMultiFidelity(named) ? FULL : 1;
    const samplerOptions: SamplerOptions = {
      space: isMultiFidelity(named) ? task.spaceWithEpochs : task.space,
      directions: ["minimize"],
      settings,
      seed,
      // Trials of one epoch are the most there can be.
      budget: { maxTrials: trainings * epochs, parallelTrials: workers },
    };
    this.#task = task;
    this.#named = named;
    this.#options = options;
    this.#sampler = algorithm.create(samplerOptions);
    this.#whole = (trainings * FULL) / workers;
  }

  get run(): ClockRun {
    return {
      sampler: this.#named.text,
      task: this.#task.name,
      seed: this.#options.seed,
      improvements: this.#improvements,
      trials: this.#trials,
      full: this.#full,
      ask_seconds: Math.round(this.#askMilliseconds) / 1000,
    };
  }

  /** A worker is free. It and those that had nothing to do ask. */
  start(): void {
    const count = this.#idle + 1;
    const pending: PendingTrial[] = this.#busy.map(({ trial: { id, point, labels } }) =>
      labels === undefined ? { id, point } : { id, point, labels },
    );
    const began = performance.now();
    const { suggestions } = this.#sampler.ask(count, pending);
    this.#askMilliseconds += performance.now() - began;
    this.#idle = count - suggestions.length;
    for (const trial of suggestions) this.#busy.push(this.#trainingOf(trial));
    this.#busy.sort((a, b) => a.end - b.end || a.trial.id - b.trial.id);
  }

  /** The training that ends next. @returns false when the time is over */
  async finishNext(): Promise<boolean> {
    const next = this.#busy[0];
    if (next === undefined || next.end > this.#whole * (1 + 1e-12)) return false;
    this.#busy = this.#busy.slice(1);
    const { trial, configuration, epochs, end } = next;
    this.#now = end;
    this.#trials++;
    if (epochs === FULL) this.#full++;
    const value = await this.#task.valueAt(configuration, epochs);
    const best = this.#improvements.at(-1)?.[1] ?? Number.POSITIVE_INFINITY;
    if (value < best) this.#improvements.push([end / this.#whole, value]);
    const { id, point, labels } = trial;
    const told: FinishedTrial = { id, point, state: "succeeded", values: [value] };
    this.#sampler.tell([labels === undefined ? told : { ...told, labels }]);
    return true;
  }

  #trainingOf(trial: SuggestedTrial): Training {
    const { point, parent, id } = trial;
    const isShort = isMultiFidelity(this.#named);
    const configuration = isShort ? point.slice(0, -1) : point;
    const epochs = isShort ? (point.at(-1) as number) : FULL;
    const done = parent === undefined || !this.#options.checkpoints ? 0 : (this.#epochsOf.get(parent) ?? 0);
    this.#epochsOf.set(id, epochs);
    return { trial, configuration, epochs, end: this.#now + (epochs - done) * this.#costOf(configuration) };
  }

  /** Time of an epoch: 0.5 to 1.5, 1 on average; the same whenever the configuration is trained. */
  #costOf(configuration: Point): number {
    if (this.#options.evenCost === true) return 1;
    return 0.5 + randomStream(this.#options.seed, "cost", this.#task.space.key(configuration)).uniform();
  }
}
