import type { Point } from "./parameter.ts";
import type { SearchSpace } from "./search-space.ts";

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * A search algorithm at work on one experiment: no clock, no I/O, no hidden randomness. The promises below are checked by `describeSampler`
 * in `@qalam/testing`, which runs over every algorithm.
 *
 * - Deterministic: the same factory options and the same sequence of calls give the same answers, on any machine.
 * - "Stop, load, go on" equals "never stopped": create again with `state: dump()`, tell all finished trials in any order, and go on.
 * - Trials may be told in any order and in any batches between two asks, and twice: a known id is ignored.
 * - Never repeats a configuration on a finite space until all have been suggested, then says `exhausted`. (Algorithms that train one
 *   configuration at several resources, such as Hyperband, count configuration and resource together.)
 */
export interface Sampler {
  /** Finished trials: succeeded, failed, early-stopped, infeasible. */
  tell(trials: readonly FinishedTrial[]): void;

  /**
   * Up to `count` new suggestions. Fewer means "ask again when more trials have finished"; `exhausted` means "never again".
   * @param pending all suggestions handed out whose result is not told yet. One that was asked for before but is in neither list was lost
   */
  ask(count: number, pending: readonly PendingTrial[]): Answer;

  /** What the sampler needs beside the told trials to go on, as small as possible. */
  dump(): Json;
}

export interface Answer {
  readonly suggestions: readonly SuggestedTrial[];
  readonly exhausted: boolean;
}

export interface SuggestedTrial {
  /** Number of the suggestion within the experiment: 0, 1, 2 … The caller gives it back as `PendingTrial.id` and `FinishedTrial.id`. */
  readonly id: number;
  readonly point: Point;
  /** Labels for the trial (rung, generation, parent …): everything the algorithm must know of it later. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Which method made it and why, for the user. */
  readonly origin?: string;
  /** The suggestion whose checkpoint this trial goes on from, if checkpoints are kept. Need not be given back. */
  readonly parent?: number;
}

export interface PendingTrial {
  readonly id: number;
  readonly point: Point;
  readonly labels?: Readonly<Record<string, string>>;
  /** Reports so far, if any: [step, value of the first objective]. */
  readonly intermediate?: readonly (readonly [step: number, value: number])[];
}

export interface FinishedTrial extends PendingTrial {
  /**
   * succeeded and early-stopped trials carry values; failed ones do not. A trial of an earlier experiment (warm start) has a negative id.
   */
  readonly state: "succeeded" | "failed" | "early-stopped";
  /** One per objective, as measured (not negated). May be infinite or NaN. Empty when failed. */
  readonly values: readonly number[];
  /** One per outcome constraint: feasible when ≤ 0. Absent: feasible. */
  readonly constraints?: readonly number[];
}

export type Direction = "minimize" | "maximize";

/** What a sampler is made of. */
export interface SamplerOptions {
  readonly space: SearchSpace;
  /** One or, for algorithms that can, several. */
  readonly directions: readonly Direction[];
  /** The user's algorithmSettings, validated by `validate` before. */
  readonly settings: Readonly<Record<string, string>>;
  /** Source of all randomness; any integer. A `random_state` setting takes precedence. */
  readonly seed: number;
  /** Counts of the experiment, as hints for `auto` and needed by some (Hyperband ends after one pass when there is no maxTrials). */
  readonly budget?: { readonly maxTrials?: number; readonly parallelTrials?: number };
  /** Number of outcome constraints. */
  readonly constraints?: number;
  /** Points to try first. */
  readonly initialPoints?: readonly Point[];
  /** Number of the first suggestion, for a sampler that takes over from another one; 0 by default. The state has precedence. */
  readonly firstId?: number;
  /** What `dump` of an earlier instance gave. */
  readonly state?: Json;
}

/** An entry of the registry: one search algorithm users can name. */
export interface Algorithm {
  /** The `algorithmName` users write. */
  readonly name: string;
  /** One line for `qalam validate` and the docs. */
  readonly summary: string;
  /** Paper or reference implementation. */
  readonly source?: string;
  readonly settings: readonly SettingSpec[];
  /** May an ask take milliseconds and more, as it fits a model to the history? It is to be run beside what must not wait. Absent: it never does. */
  slowAsks?(settings: SamplerOptions["settings"]): boolean;
  readonly supports: {
    readonly conditions?: boolean;
    readonly constraints?: boolean;
    readonly outcomeConstraints?: boolean;
    readonly multiObjective?: boolean;
    readonly warmStart?: boolean;
    readonly initialPoints?: boolean;
  };
  /** The space it works on, when that is not the user's as it is. Settings are not validated yet; whoever makes `SamplerOptions` calls it first. */
  adapt?(space: SearchSpace, settings: SamplerOptions["settings"]): SearchSpace;
  /** Problems that settings and space have together, beyond what `settings` and `supports` say. Messages name what is accepted. */
  check?(options: Omit<SamplerOptions, "seed" | "state">): readonly string[];
  create(options: SamplerOptions): Sampler;
}

/** One setting: validated at submit time from this declaration. */
export interface SettingSpec {
  readonly name: string;
  readonly type: "int" | "float" | "string" | "bool";
  readonly description: string;
  readonly default?: string;
  readonly required?: boolean;
  /** Accepted texts. */
  readonly values?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  /** True when min (max) itself is not accepted. */
  readonly exclusiveMin?: boolean;
  readonly exclusiveMax?: boolean;
  /** The text `None` switches the feature off. */
  readonly allowNone?: boolean;
}
