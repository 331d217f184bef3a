import { feasibleDraw } from "../feasible-draw.ts";
import { Ledger } from "../ledger.ts";
import type { Point } from "../parameter.ts";
import { INITIAL_ORIGIN } from "../pointwise-sampler.ts";
import type { Answer, FinishedTrial, Json, PendingTrial, Sampler, SamplerOptions, SuggestedTrial } from "../sampler.ts";
import { seedOf } from "../settings.ts";
import { explore } from "./explore.ts";
import { type Member, type Place, Population, placeLabels, placeOf } from "./population.ts";

/** A trial that failed this often with the same parameters and checkpoint is given up. */
const MAX_FAILURES = 2;

/** What a member does next. */
interface Move {
  readonly point: Point;
  readonly place: Place;
  readonly origin: string;
}

/**
 * A population whose members train in stages, one trial a stage. A member whose stage has ended goes on at once (Jaderberg et al. 2017, algorithm 1): if it is among
 * the worst of the newest results it copies one of the best and varies its parameters, else it goes on as it is. The population is read off the trials' labels.
 */
export class PbtSampler implements Sampler {
  readonly #ledger: Ledger;
  readonly #population: Population;
  readonly #threshold: number;
  readonly #resampling: number;
  readonly #told = new Set<number>();

  constructor(options: SamplerOptions) {
    const { settings, space, directions, initialPoints, state } = options;
    this.#ledger = new Ledger(space, seedOf(options), initialPoints, typeof state === "number" ? state : 0);
    this.#population = new Population(Number(settings.n_population), directions[0]);
    this.#threshold = Number(settings.truncation_threshold);
    this.#resampling = Number(settings.resample_probability ?? 0);
  }

  tell(trials: readonly FinishedTrial[]): void {
    this.#ledger.tell(trials);
    for (const trial of trials) {
      if (this.#told.has(trial.id)) continue;
      this.#told.add(trial.id);
      this.#population.add(trial);
    }
  }

  ask(count: number, pending: readonly PendingTrial[]): Answer {
    this.#ledger.begin(pending);
    const busy = new Set(pending.map((trial) => placeOf(trial)?.member));
    const free = this.#population.members.filter(({ number }) => !busy.has(number));
    const suggestions = free.slice(0, count).flatMap((member): SuggestedTrial[] => {
      const move = this.#move(member);
      if (move === undefined) return [];
      const { point, place, origin } = move;
      return [
        {
          id: this.#ledger.take(point),
          point,
          labels: placeLabels(place),
          origin: `pbt generation ${place.generation}: ${origin}`,
          ...(place.parent !== undefined && { parent: place.parent }),
        },
      ];
    });
    return { suggestions, exhausted: false };
  }

  dump(): Json {
    return this.#ledger.next;
  }

  #move({ number: member, last, result, failures }: Member): Move | undefined {
    if (last === undefined) return this.#begin({ member, generation: 0 });
    const { trial, place } = last;
    if (trial.state !== "failed") return this.#goOn(last);
    if (failures < MAX_FAILURES)
      return { point: trial.point, place, origin: `trial ${trial.id} failed and runs again` };
    const donors = this.#population.ranking().filter(({ id }) => id !== result?.trial.id);
    const best = donors.slice(0, this.#truncated(donors.length));
    return best.length === 0
      ? this.#begin({ member, generation: place.generation })
      : this.#copy(best, { member, generation: place.generation });
  }

  /** The stage after a result. */
  #goOn({ trial, place: { member, generation } }: NonNullable<Member["result"]>): Move {
    const ranking = this.#population.ranking();
    const count = Math.floor(this.#threshold * ranking.length);
    const position = ranking.findIndex(({ id }) => id === trial.id);
    const donors = ranking.slice(0, Math.min(position, this.#truncated(ranking.length)));
    const next = { member, generation: generation + 1 };
    if (position >= ranking.length - count && donors.length > 0) return this.#copy(donors, next);
    return { point: trial.point, place: { ...next, parent: trial.id }, origin: `goes on from trial ${trial.id}` };
  }

  /** How many of the best may be copied. */
  #truncated(count: number): number {
    return Math.max(1, Math.floor(this.#threshold * count));
  }

  /** Exploit and explore. */
  #copy(donors: readonly FinishedTrial[], place: Place): Move {
    const random = this.#ledger.stream("pbt");
    const donor = donors[random.integer(donors.length)] as FinishedTrial;
    return {
      point: explore(this.#ledger.space, donor.point, this.#resampling, random),
      place: { ...place, parent: donor.id },
      origin: `copies trial ${donor.id} and varies its parameters`,
    };
  }

  /** A new model; when all configurations of a small space are taken, with one of those. */
  #begin(place: Place): Move | undefined {
    const { space } = this.#ledger;
    const initial = this.#ledger.initialPoint();
    if (initial !== undefined) return { point: initial, place, origin: INITIAL_ORIGIN };
    const random = this.#ledger.stream("pbt-begin");
    const draw = () => space.decode(Float64Array.from({ length: space.dimension }, () => random.uniform()));
    const point = this.#ledger.fresh(draw, random) ?? feasibleDraw(space, random);
    return point === undefined ? undefined : { point, place, origin: "a random draw" };
  }
}
