import { lossOf } from "../rank-trials.ts";
import type { FinishedTrial, SamplerOptions } from "../sampler.ts";
import type { FeatureSpace } from "./feature-space.ts";

/** A trial as data for Gaussian processes. */
export interface Observation {
  readonly id: number;
  readonly features: Float64Array;
  /** One per objective, smaller is better; Infinity when there is none. */
  readonly losses: readonly number[];
  /** One per outcome constraint; NaN when not reported by a failed trial. */
  readonly constraints: readonly number[];
  readonly isFeasible: boolean;
}

/** Told trials in the order of their ids, whatever the order of telling. */
export class GpHistory {
  readonly #space: FeatureSpace;
  readonly #directions: SamplerOptions["directions"];
  readonly #constraints: number;
  readonly #byId = new Map<number, Observation>();
  #sorted: Observation[] | undefined;

  constructor(
    space: FeatureSpace,
    { directions, constraints = 0 }: Pick<SamplerOptions, "directions" | "constraints">,
  ) {
    this.#space = space;
    this.#directions = directions;
    this.#constraints = constraints;
  }

  tell(trials: readonly FinishedTrial[]): void {
    for (const trial of trials) {
      if (this.#byId.has(trial.id)) continue;
      this.#byId.set(trial.id, this.#observation(trial));
      this.#sorted = undefined;
    }
  }

  get observations(): readonly Observation[] {
    this.#sorted ??= [...this.#byId.values()].sort((a, b) => a.id - b.id);
    return this.#sorted;
  }

  #observation(trial: FinishedTrial): Observation {
    const failed = trial.state === "failed";
    const constraints = Array.from(
      { length: this.#constraints },
      (_, c) => trial.constraints?.[c] ?? (failed ? Number.NaN : 0),
    );
    return {
      id: trial.id,
      features: this.#space.encode(trial.point),
      losses: this.#directions.map((direction, objective) => lossOf(trial, direction, objective)),
      constraints,
      isFeasible: !failed && constraints.every((value) => value <= 0),
    };
  }
}
