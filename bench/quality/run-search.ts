import type { Algorithm, FinishedTrial, Sampler, SamplerOptions, SuggestedTrial } from "@qalam/algorithms";
import { randomStream } from "@qalam/numeric";
import { BestSoFar } from "./best-so-far.ts";
import type { Task } from "./task.ts";

/** One after the other; 8 at a time; 4 workers that finish at different times. */
export type Mode = "sequential" | "batch" | "async";
export const PARALLEL: Readonly<Record<Mode, number>> = { sequential: 1, batch: 8, async: 4 };

/** One run, as written to the JSON lines. */
export interface Run {
  readonly sampler: string;
  readonly task: string;
  readonly seed: number;
  readonly mode?: Mode;
  /** Best value within the first n finished evaluations, by n. */
  readonly best_at: Readonly<Record<string, number>>;
  readonly ask_seconds: number;
  /** Milliseconds of each ask, with the number of finished trials at that time. */
  readonly asks?: readonly { readonly finished: number; readonly ms: number }[];
}

export interface RunOptions {
  readonly algorithm: Algorithm;
  readonly settings: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly mode: Mode;
  readonly evaluations: number;
}

/** Plays one experiment on a task. */
export async function runSearch(task: Task, options: RunOptions): Promise<Run> {
  const { algorithm, settings, seed, mode, evaluations } = options;
  const budget = { maxTrials: evaluations, parallelTrials: PARALLEL[mode] };
  const samplerOptions: SamplerOptions = { space: task.space, directions: ["minimize"], settings, seed, budget };
  const book = new Book(task, algorithm.create(samplerOptions));
  if (mode === "async") await playWorkers(book, evaluations, seed);
  else while (book.finished < evaluations && (await book.round(Math.min(PARALLEL[mode], evaluations - book.finished))));
  return {
    sampler: algorithm.name,
    task: task.name,
    seed,
    mode,
    best_at: book.best.bestAt,
    ask_seconds: Math.round(book.asks.reduce((total, { ms }) => total + ms, 0)) / 1000,
    asks: book.asks,
  };
}

/** What has been asked and told. */
class Book {
  readonly best: BestSoFar;
  readonly asks: { finished: number; ms: number }[] = [];
  readonly #sampler: Sampler;
  #pending: SuggestedTrial[] = [];

  constructor(task: Task, sampler: Sampler) {
    this.best = new BestSoFar(task);
    this.#sampler = sampler;
  }

  get finished(): number {
    return this.best.finished;
  }

  get pending(): number {
    return this.#pending.length;
  }

  ask(count: number): readonly SuggestedTrial[] {
    const started = performance.now();
    const { suggestions } = this.#sampler.ask(count, this.#pending);
    this.asks.push({ finished: this.finished, ms: performance.now() - started });
    this.#pending.push(...suggestions);
    return suggestions;
  }

  async finish(trial: SuggestedTrial): Promise<void> {
    const value = await this.best.finish(trial.point);
    this.#pending = this.#pending.filter(({ id }) => id !== trial.id);
    const { id, point, labels } = trial;
    const told: FinishedTrial = { id, point, state: "succeeded", values: [value] };
    this.#sampler.tell([labels === undefined ? told : { ...told, labels }]);
  }

  /** Asks for trials and finishes them all. @returns false when there are no more */
  async round(count: number): Promise<boolean> {
    const trials = this.ask(count);
    for (const trial of trials) await this.finish(trial);
    return trials.length > 0;
  }
}

/** Workers that take between 0.5 and 1.5 units of time for a trial, on a virtual clock: each asks as soon as it is free. */
async function playWorkers(book: Book, evaluations: number, seed: number): Promise<void> {
  const busy: { end: number; trial: SuggestedTrial }[] = [];
  let now = 0;
  const start = () => {
    for (const trial of book.ask(1))
      busy.push({ end: now + 0.5 + randomStream(seed, "duration", trial.id).uniform(), trial });
  };
  for (let worker = 0; worker < PARALLEL.async; worker++) start();
  while (busy.length > 0) {
    busy.sort((a, b) => a.end - b.end);
    const { end, trial } = busy.shift() as (typeof busy)[number];
    now = end;
    await book.finish(trial);
    if (book.finished + book.pending < evaluations) start();
  }
}
