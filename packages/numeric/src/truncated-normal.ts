import {
  LOG_SQRT_2PI,
  logNormalCdf,
  logNormalMass,
  normalCdf,
  normalQuantile,
  normalQuantileOfLog,
} from "./normal-distribution.ts";

/** Beyond this many deviations the cumulative function is taken in logarithms. */
const FAR = 5;

/** Quantile of a normal distribution truncated to [low, high]. @param u in [0, 1] @param deviation above 0 */
export function truncatedNormalQuantile(u: number, low: number, high: number, mean: number, deviation: number): number {
  const a = (low - mean) / deviation;
  const b = (high - mean) / deviation;
  const z = a > 0 ? -standardQuantile(1 - u, -b, -a) : standardQuantile(u, a, b);
  const x = mean + deviation * z;
  return x < low ? low : x > high ? high : x;
}

/** a ≤ 0: the interval starts at or below the mean. */
function standardQuantile(u: number, a: number, b: number): number {
  if (b > -FAR) {
    const below = normalCdf(a);
    const p = below + u * (normalCdf(b) - below);
    // Above the median the upper tail has the digits.
    return p < 0.5 ? normalQuantile(p) : -normalQuantile((1 - u) * normalCdf(-a) + u * normalCdf(-b));
  }
  if (u <= 0) return a;
  // log(Φ(a) + u·(Φ(b) − Φ(a))), as SciPy's truncnorm.
  const logA = logNormalCdf(a);
  const logPart = Math.log(u) + logNormalMass(a, b);
  const larger = Math.max(logA, logPart);
  return normalQuantileOfLog(larger + Math.log(Math.exp(logA - larger) + Math.exp(logPart - larger)));
}

/** Log density of a normal distribution truncated to [low, high]; −Infinity outside. */
export function truncatedNormalLogPdf(x: number, low: number, high: number, mean: number, deviation: number): number {
  if (x < low || x > high) return Number.NEGATIVE_INFINITY;
  const z = (x - mean) / deviation;
  const logMass = logNormalMass((low - mean) / deviation, (high - mean) / deviation);
  return -0.5 * z * z - LOG_SQRT_2PI - Math.log(deviation) - logMass;
}
