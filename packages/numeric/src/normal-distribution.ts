import { erfc, erfcx } from "./error-function.ts";

const SQRT2 = Math.SQRT2;
/** log √(2π) */
// biome-ignore lint/correctness/noPrecisionLoss: the constant stands with all its digits
export const LOG_SQRT_2PI = 0.91893853320467274178;
const LOG_2 = Math.LN2;

/** Density of the standard normal distribution. */
export function normalPdf(x: number): number {
  return Math.exp(-0.5 * x * x - LOG_SQRT_2PI);
}

/** Logarithm of the standard normal density. */
export function logNormalPdf(x: number): number {
  return -0.5 * x * x - LOG_SQRT_2PI;
}

/** Cumulative distribution of the standard normal, relatively accurate also in the lower tail. */
export function normalCdf(x: number): number {
  return 0.5 * erfc(-x / SQRT2);
}

/** log Φ(x), accurate in both tails: where Φ underflows, and where it is one but for a little. */
export function logNormalCdf(x: number): number {
  if (x > -1) return Math.log1p(-0.5 * erfc(x / SQRT2));
  return Math.log(erfcx(-x / SQRT2)) - LOG_2 - 0.5 * x * x;
}

/** log(Φ(b) − Φ(a)) without cancellation, from whichever tails lose least. @param a ≤ b, in standard units; may be infinite */
export function logNormalMass(a: number, b: number): number {
  const middle = (a + b) / 2;
  const width = b - a;
  // Narrow: φ(m)·w·(1 + w²(m² − 1)/24), the midpoint rule with its first correction.
  if (width * Math.max(1, Math.abs(middle)) < 1e-3)
    return logNormalPdf(middle) + Math.log(width) + (width * width * (middle * middle - 1)) / 24;
  if (a > 0) return logNormalMass(-b, -a);
  if (b > 0) return Math.log1p(-normalCdf(a) - normalCdf(-b));
  return logDifference(logNormalCdf(b), logNormalCdf(a));
}

/** log(eˣ − eʸ). @param y at most x */
function logDifference(x: number, y: number): number {
  if (y === Number.NEGATIVE_INFINITY) return x;
  const d = y - x;
  return x + (d > -LOG_2 ? Math.log(-Math.expm1(d)) : Math.log1p(-Math.exp(d)));
}

const A = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
  2.506628277459239,
];
const B = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1,
];
const C = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const D = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1];
/** Below this probability the rational approximation of the tail is used. */
const TAIL = 0.02425;

/** Quantile of the standard normal: Acklam's rational approximation with one Halley step against the exact cdf. @param p in [0, 1] */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? Number.NEGATIVE_INFINITY : p === 1 ? Number.POSITIVE_INFINITY : Number.NaN;
  if (p > 0.5) return -normalQuantile(1 - p);
  const x = p < TAIL ? tail(Math.log(p)) : centre(p);
  const error = (normalCdf(x) - p) / normalPdf(x);
  return Number.isFinite(error) ? x - error / (1 + (x * error) / 2) : normalQuantileOfLog(Math.log(p));
}

/** Quantile of the standard normal from the logarithm of the probability: exact also where the probability underflows. @param logP at most 0 */
export function normalQuantileOfLog(logP: number): number {
  if (!(logP < 0)) return logP === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  if (logP === Number.NEGATIVE_INFINITY) return logP;
  if (logP > -LOG_2) return -normalQuantile(-Math.expm1(logP));
  if (logP > -300) return normalQuantile(Math.exp(logP));
  // Newton on log Φ, which is concave: it converges from the asymptote Φ(x) ≈ φ(x)/|x| in a few steps.
  let x = -Math.sqrt(-2 * logP);
  for (let i = 0; i < 8; i++) {
    const logCdf = logNormalCdf(x);
    const step = (logCdf - logP) * Math.exp(logCdf - logNormalPdf(x));
    x -= step;
    if (Math.abs(step) <= 1e-15 * Math.abs(x)) break;
  }
  return x;
}

function tail(logP: number): number {
  const q = Math.sqrt(-2 * logP);
  return polynomial(C, q) / polynomial(D, q);
}

function centre(p: number): number {
  const q = p - 0.5;
  return (polynomial(A, q * q) * q) / polynomial(B, q * q);
}

/** Horner's rule, highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (const coefficient of coefficients) value = value * x + coefficient;
  return value;
}
