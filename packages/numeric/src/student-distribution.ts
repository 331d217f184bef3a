import { normalCdf } from "./normal-distribution.ts";

/** Beyond so many degrees of freedom the sum is long and the normal distribution close. */
const SUMMED = 400;

/**
 * Cumulative distribution of Student's t. Exact finite sums (Abramowitz and Stegun 26.7.3 and 26.7.4) up to 400 degrees of freedom, then their normal approximation 26.7.8, which is
 * right to 5 digits there. @param degrees whole, at least 1
 */
export function studentCdf(t: number, degrees: number): number {
  if (degrees > SUMMED) return normalCdf((t * (1 - 1 / (4 * degrees))) / Math.sqrt(1 + (t * t) / (2 * degrees)));
  const angle = Math.atan(t / Math.sqrt(degrees));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = isOdd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= (cosine * cosine * (k - 1)) / k;
    sum += term;
  }
  const between = isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
  return 0.5 * (1 + between);
}
