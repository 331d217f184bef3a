import type { RandomStream } from "@qalam/numeric";
import type { Point } from "../parameter.ts";
import type { FinishedTrial, PendingTrial } from "../sampler.ts";
import type { SearchSpace } from "../search-space.ts";
import type { RungResult } from "./rung.ts";

/** Where new configurations come from. What it proposes depends on what it was told and on what it is given, not on the order of the telling. */
export interface ConfigurationSource {
  /** A finished trial. @param level place of its resource among all levels, ascending */
  tell(level: number, result: RungResult, trial: FinishedTrial): void;
  /** An ask begins: nothing more is told until its last proposal. */
  begin?(): void;
  /** Proposes configurations, more than one when they turn out to be known. */
  proposals(request: ProposalRequest): Proposals;
}

export interface ProposalRequest {
  /** Number of the suggestion. */
  readonly id: number;
  readonly random: RandomStream;
  /** Trials under way. */
  readonly open: readonly PendingTrial[];
}

export interface Proposals {
  /** Says how they are made, for the user. */
  readonly origin: string;
  /** @param attempt 0, 1, 2 … */
  at(attempt: number): Point;
}

/** Draws from the prior. */
export function randomSource(space: SearchSpace): ConfigurationSource {
  return {
    tell: () => {},
    proposals: ({ random }) => ({ origin: "a random draw", at: () => randomPoint(space, random) }),
  };
}

export function randomPoint(space: SearchSpace, random: RandomStream): Point {
  return space.decode(Float64Array.from({ length: space.dimension }, () => random.uniform()));
}
