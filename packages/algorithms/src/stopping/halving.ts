import type { StopDecision, StoppingObjective, TrialHistory } from "../stopping-rule.ts";
import { shownLoss } from "./shown-loss.ts";
import { Standings } from "./standings.ts";

/** What one ladder of rungs needs to know. */
export interface LadderOptions {
  /** Name of the rule, for messages. */
  readonly rule: string;
  readonly objective: StoppingObjective;
  /** Step of the first rung. */
  readonly first: number;
  /** One of so many trials goes on at each rung; the rungs are this factor apart. */
  readonly eta: number;
}

/**
 * Successive halving that stops instead of promoting: at steps first, first·eta, first·eta² … the best 1/eta of the trials that have come as far go on. A trial
 * is judged by the last rung it has passed and against those that have passed it by now, so one that came early is stopped when better ones follow, unless it is
 * the best at its own step meanwhile.
 */
export class HalvingLadder {
  readonly #bests = new Standings(({ best }) => best);
  readonly #options: LadderOptions;

  constructor(options: LadderOptions) {
    this.#options = options;
  }

  observe(trial: TrialHistory): void {
    this.#bests.observe(trial);
  }

  forget(id: string): void {
    this.#bests.forget(id);
  }

  decide({ id, steps }: TrialHistory): StopDecision | undefined {
    const { rule, objective, eta } = this.#options;
    const rung = this.#rungAt(steps.at(-1) as number);
    const standing = rung === undefined ? undefined : this.#bests.of(id, rung);
    if (standing === undefined || standing.others + 1 < eta || this.#bests.isBest(id)) return undefined;
    const kept = Math.floor((standing.others + 1) / eta);
    if (standing.better < kept) return undefined;
    return {
      message: `${rule}: the best ${objective.metric} up to step ${rung} is ${shownLoss(standing.own, objective.direction)}, which is number ${standing.better + 1} of ${standing.others + 1} trials; the first ${kept} of them went on`,
    };
  }

  /** The last rung that a step has passed. */
  #rungAt(step: number): number | undefined {
    const { first, eta } = this.#options;
    if (step < first) return undefined;
    let rung = first;
    while (rung * eta <= step) rung *= eta;
    return Math.ceil(rung);
  }
}
