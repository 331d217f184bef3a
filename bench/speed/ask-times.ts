import {
  type Algorithm,
  createSearchSpace,
  type FinishedTrial,
  type Sampler,
  type SuggestedTrial,
} from "@qalam/algorithms";
import { randomStream } from "@qalam/numeric";

/** Asks that are measured after each history. */
export const ASKS = 20;

/** Milliseconds of single asks, each with the tell before it. */
export interface Latency {
  readonly sampler: string;
  readonly dimension: number;
  readonly history: number;
  readonly times: readonly number[];
}

/**
 * Measures an algorithm after histories of random points; of a slow one fewer asks, and none after the history that is too long for it. Empty when it does not
 * take spaces of doubles.
 */
export function askTimes(
  algorithm: Algorithm,
  dimension: number,
  histories: readonly number[],
  patience: number,
): Latency[] {
  const space = createSearchSpace(
    Array.from({ length: dimension }, (_, i) => ({
      name: `x${i}`,
      type: "double" as const,
      min: 0,
      max: 1,
      distribution: "uniform" as const,
    })),
  );
  const options = { space, directions: ["minimize" as const], settings: {} };
  if ((algorithm.check?.(options) ?? []).length > 0) return [];
  if (algorithm.settings.some(({ required }) => required === true)) return [];
  const found: Latency[] = [];
  for (const history of histories) {
    const sampler = algorithm.create({ ...options, seed: 1 });
    const random = randomStream(1, dimension);
    const drawn = () => Float64Array.from({ length: dimension }, () => random.uniform());
    if (keepsBooks(algorithm.create({ ...options, seed: 1 }))) play(sampler, history);
    else sampler.tell(Array.from({ length: history }, (_, id) => finished(id, drawn())));
    const times = measure(sampler, patience);
    found.push({ sampler: algorithm.name, dimension, history, times });
    if (Math.min(...times) * 3 > 1000 * patience) break;
  }
  return found;
}

/** Whether trials carry labels: then only a history of its own tells an algorithm anything. */
function keepsBooks(sampler: Sampler): boolean {
  return sampler.ask(1, []).suggestions[0]?.labels !== undefined;
}

function play(sampler: Sampler, trials: number): void {
  for (let i = 0; i < trials; i++) tell(sampler, sampler.ask(1, []).suggestions[0]);
}

function tell(sampler: Sampler, trial: SuggestedTrial | undefined): void {
  if (trial === undefined) return;
  const { id, point, labels } = trial;
  sampler.tell([{ ...finished(id, point), ...(labels !== undefined && { labels }) }]);
}

function measure(sampler: Sampler, patience: number): number[] {
  const times: number[] = [];
  let trial: SuggestedTrial | undefined;
  const began = performance.now();
  for (let i = 0; i <= ASKS && performance.now() - began < 1000 * patience; i++) {
    const started = performance.now();
    tell(sampler, trial);
    [trial] = sampler.ask(1, []).suggestions;
    times.push(performance.now() - started);
  }
  return times.length > 1 ? times.slice(1) : times; // the first warms up
}

function finished(id: number, point: Float64Array): FinishedTrial {
  return { id, point, state: "succeeded", values: [point.reduce((sum, x) => sum + (x - 0.3) ** 2, 0)] };
}
