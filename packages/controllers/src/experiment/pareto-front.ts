import { dominates } from "@qalam/algorithms";
import type { ObjectiveSpec, Trial } from "@qalam/api";
import { objectiveValues } from "../trial/measurement.ts";

interface Member {
  readonly trial: Trial;
  /** One value per objective; smaller is better. */
  readonly losses: readonly number[];
}

/** The trials of several objectives that no other trial beats in all of them. One more trial costs as much as the front is long. */
export class ParetoFront {
  readonly #objective: ObjectiveSpec;
  readonly #signs: readonly number[];
  #members: Member[] = [];

  constructor(objective: ObjectiveSpec) {
    this.#objective = objective;
    const types = [objective.type, ...(objective.additionalObjectives ?? []).map(({ type }) => type)];
    this.#signs = types.map((type) => (type === "maximize" ? -1 : 1));
  }

  /** In the order in which they joined. */
  get trials(): Trial[] {
    return this.#members.map(({ trial }) => trial);
  }

  has(name: string): boolean {
    return this.#members.some(({ trial }) => trial.metadata.name === name);
  }

  /** Takes a trial that is not in the front. One without a number for every objective is left out. */
  add(trial: Trial): void {
    const values = objectiveValues(trial, this.#objective);
    if (values === undefined || values.some(Number.isNaN)) return;
    const losses = values.map((value, i) => value * (this.#signs[i] ?? 1));
    if (this.#members.some((member) => dominates(member.losses, losses))) return;
    this.#members = [...this.#members.filter((member) => !dominates(losses, member.losses)), { trial, losses }];
  }
}
