import { erfcx } from "./error-function.ts";
import { LOG_SQRT_2PI, logNormalCdf, normalCdf, normalPdf } from "./normal-distribution.ts";

const HALF_LOG_HALF_PI = 0.5 * Math.log(Math.PI / 2);
/** Below it |z| is so large that the first term of the asymptotic series is exact: 1/√ε. */
const ASYMPTOTIC = -1 / Math.sqrt(Number.EPSILON);

/**
 * log h(z) with h(z) = φ(z) + z·Φ(z): expected improvement is σ·h((best − μ)/σ). Exact also where h underflows (Ament et al. 2023, arXiv:2310.20708, eq. 9).
 */
export function logImprovement(z: number): number {
  if (z > -1) return Math.log(normalPdf(z) + z * normalCdf(z));
  if (z < ASYMPTOTIC) return -0.5 * z * z - LOG_SQRT_2PI - 2 * Math.log(-z);
  return -0.5 * z * z - LOG_SQRT_2PI + logOneMinusExp(Math.log(erfcx(-z / Math.SQRT2) * -z) + HALF_LOG_HALF_PI);
}

/** Derivative of log h: Φ(z)/h(z). @param logH log h(z) */
export function logImprovementSlope(z: number, logH: number): number {
  return Math.exp(logNormalCdf(z) - logH);
}

/** log(1 − eˣ). @param x below 0 */
function logOneMinusExp(x: number): number {
  return x > -Math.LN2 ? Math.log(-Math.expm1(x)) : Math.log1p(-Math.exp(x));
}
