import type { RandomStream } from "@qalam/numeric";

/** A point of the unit cube. Shape [d]. */
type Unit = Float64Array;

/**
 * The mutant of strategy rand/1 (Storn and Price 1997; Awad et al. 2021, equation 1): base + factor · (one − other). Coordinates that leave the cube are drawn anew.
 */
export function mutate(base: Unit, one: Unit, other: Unit, factor: number, random: RandomStream): Unit {
  return base.map((x, i) => {
    const moved = x + factor * ((one[i] as number) - (other[i] as number));
    return moved >= 0 && moved <= 1 ? moved : random.uniform();
  });
}

/** Binomial crossover (Awad et al. 2021, equation 2): each coordinate is the mutant's with a probability, one of them for sure. */
export function crossover(target: Unit, mutant: Unit, probability: number, random: RandomStream): Unit {
  const sure = random.integer(target.length);
  return target.map((x, i) => (random.uniform() < probability || i === sure ? (mutant[i] as number) : x));
}
