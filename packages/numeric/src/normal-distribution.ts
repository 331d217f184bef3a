const SQRT2 = Math.SQRT2;
const SQRT_2PI = Math.sqrt(2 * Math.PI);

/** Density of the standard normal distribution. */
export function normalPdf(x: number): number {
  return Math.exp(-0.5 * x * x) / SQRT_2PI;
}

/** Cumulative distribution of the standard normal, accurate to about 1e-15 relatively also in the lower tail. */
export function normalCdf(x: number): number {
  return 0.5 * erfc(-x / SQRT2);
}

/** log Φ(x), accurate in the far lower tail where Φ underflows. */
export function logNormalCdf(x: number): number {
  if (x > -1) return Math.log1p(-0.5 * erfc(x / SQRT2));
  return Math.log(0.5 * erfcx(-x / SQRT2)) - 0.5 * x * x;
}

/** Complementary error function. */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x > 27.3) return 0;
  return x < 0.5 ? 1 - erfSeries(x) : Math.exp(-x * x) * erfcx(x);
}

/** Scaled complementary error function exp(x²)·erfc(x), for x ≥ −26. Lentz's continued fraction (DLMF 7.9.2) beyond 2, a Taylor series of erf below. */
export function erfcx(x: number): number {
  if (x < 2) return Math.exp(x * x) * (1 - erfSeries(x));
  let fraction = 0;
  for (let k = x < 4 ? 120 : 40; k >= 1; k--) fraction = k / 2 / (x + fraction);
  return 1 / (Math.sqrt(Math.PI) * (x + fraction));
}

/** erf by 2/√π · e^(−x²) · Σ 2ⁿx^(2n+1)/(2n+1)!! (DLMF 7.6.2): only positive terms, so no cancellation. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 200 && Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
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

/** Quantile of the standard normal: Acklam's rational approximation with one Halley step against the exact cdf. @param p in [0, 1] */
export function normalQuantile(p: number): number {
  if (p <= 0) return p === 0 ? -Infinity : Number.NaN;
  if (p >= 1) return p === 1 ? Infinity : Number.NaN;
  if (p > 0.5) return -normalQuantile(1 - p);
  const x = p < 0.02425 ? tail(p) : centre(p);
  const error = (normalCdf(x) - p) / normalPdf(x);
  return Number.isFinite(error) ? x - error / (1 + (x * error) / 2) : x;
}

function tail(p: number): number {
  const q = Math.sqrt(-2 * Math.log(p));
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
