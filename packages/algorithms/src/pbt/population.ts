import { algorithmLabel } from "../algorithm-label.ts";
import { rankTrials } from "../rank-trials.ts";
import type { Direction, FinishedTrial, PendingTrial } from "../sampler.ts";

/** As Katib's PBT labels its trials (behaviour 6.10); the name of the parent's trial is put beside them by the caller. */
const GENERATION = algorithmLabel("pbt", "generation");
const MEMBER = algorithmLabel("pbt", "member");
const PARENT = algorithmLabel("pbt", "parent-id");

/** Where a trial stands in the population. */
export interface Place {
  readonly member: number;
  readonly generation: number;
  /** The suggestion whose checkpoint it begins with. */
  readonly parent?: number;
}

export function placeLabels({ member, generation, parent }: Place): Record<string, string> {
  return {
    [MEMBER]: String(member),
    [GENERATION]: String(generation),
    ...(parent !== undefined && { [PARENT]: String(parent) }),
  };
}

export function placeOf({ id, labels }: PendingTrial): Place | undefined {
  const member = Number(labels?.[MEMBER]);
  const generation = Number(labels?.[GENERATION]);
  const parent = labels?.[PARENT];
  if (id < 0 || !Number.isInteger(member) || !Number.isInteger(generation)) return undefined;
  return { member, generation, ...(parent !== undefined && { parent: Number(parent) }) };
}

/** A member's trials so far. */
export interface Member {
  readonly number: number;
  /** The newest that has finished, failed ones too. */
  readonly last?: { readonly trial: FinishedTrial; readonly place: Place };
  /** The newest with a result. */
  readonly result?: { readonly trial: FinishedTrial; readonly place: Place };
  /** Failed trials of the generation of `last`. */
  readonly failures: number;
}

/** The members and their finished trials, in whatever order these are told. */
export class Population {
  readonly #members: Member[];
  readonly #direction: Direction | undefined;

  constructor(size: number, direction: Direction | undefined) {
    this.#members = Array.from({ length: size }, (_, number) => ({ number, failures: 0 }));
    this.#direction = direction;
  }

  /** Those whose next stage is the earliest come first; a stage that failed is to come again. */
  get members(): readonly Member[] {
    const stage = ({ last }: Member) =>
      last === undefined ? 0 : last.place.generation + (last.trial.state === "failed" ? 0 : 1);
    const age = ({ last, number }: Member) => last?.trial.id ?? number;
    return [...this.#members].sort((a, b) => stage(a) - stage(b) || age(a) - age(b));
  }

  /** Each trial once. */
  add(trial: FinishedTrial): void {
    const place = placeOf(trial);
    const member = place === undefined ? undefined : this.#members[place.member];
    if (place === undefined || member === undefined) return;
    const entry = { trial, place };
    const { last, result, failures } = member;
    const generation = last?.place.generation ?? -1;
    const isFailure = trial.state === "failed";
    const counted = place.generation > generation ? 0 : failures;
    this.#members[place.member] = {
      number: member.number,
      last: last === undefined || isNewer(entry, last) ? entry : last,
      ...(isFailure ? result !== undefined && { result } : { result: newest(entry, result) }),
      failures: counted + (isFailure && place.generation >= generation ? 1 : 0),
    };
  }

  /** The newest result of each member, best first. */
  ranking(): readonly FinishedTrial[] {
    const results = this.#members.flatMap(({ result }) => (result === undefined ? [] : [result.trial]));
    return rankTrials(results, this.#direction);
  }
}

interface Entry {
  readonly trial: FinishedTrial;
  readonly place: Place;
}

function newest(entry: Entry, known: Entry | undefined): Entry {
  return known === undefined || isNewer(entry, known) ? entry : known;
}

function isNewer(a: Entry, b: Entry): boolean {
  return a.place.generation === b.place.generation ? a.trial.id > b.trial.id : a.place.generation > b.place.generation;
}
