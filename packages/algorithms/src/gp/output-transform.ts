/**
 * Replaces what is not a finite number (+∞ and NaN, which stand for failures, by the worst finite value; −∞ by the best) and maps to [−1, 1], so that nothing
 * overflows. Zeros when no value is finite or all are equal. Shape [n].
 */
export function finiteValues(values: ArrayLike<number>): Float64Array {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const out = new Float64Array(values.length);
  // Halves: the span may be more than a number can hold.
  const half = high / 2 - low / 2;
  if (!(half > 0)) return out;
  for (let i = 0; i < out.length; i++) {
    const value = values[i]!;
    const finite = Number.isNaN(value) ? high : Math.min(high, Math.max(low, value));
    out[i] = ((finite / 2 - low / 2) / half) * 2 - 1;
  }
  return out;
}

/** Centres and scales to unit variance; zeros when all are equal. */
export function standardised(values: Float64Array): Float64Array {
  const n = values.length;
  let mean = 0;
  for (const value of values) mean += value / n;
  let variance = 0;
  for (const value of values) variance += (value - mean) ** 2 / n;
  const deviation = Math.sqrt(variance);
  return values.map((value) => (deviation > 1e-12 ? (value - mean) / deviation : 0));
}

/** Exponents of the Yeo-Johnson transform that are looked at. */
const EXPONENTS = { low: -2, high: 4 };
const GOLDEN = (Math.sqrt(5) - 1) / 2;
const SEARCH_STEPS = 24;

/**
 * Losses as a Gaussian process likes them, smaller is better: finite, then by Yeo and Johnson's transform (2000) with the exponent of highest likelihood, then standardised.
 * The transform undoes skewness: objectives of tuning have long bad tails, whose size would hide the differences among the good (HEBO, arXiv:2012.03826, 3.2).
 */
export function warpedLosses(losses: ArrayLike<number>): Float64Array {
  const values = standardised(finiteValues(losses));
  return standardised(values.map(yeoJohnson(bestExponent(values))));
}

/** Losses are cut this many times further beyond the upper quartile than it lies from the best. */
const REACH = 3;

/**
 * Losses as one of several objectives, smaller is better: finite, with the far bad tail cut, standardised. Not warped: volumes are to be those of the losses as the user
 * measures them, but for their unit.
 */
export function cappedLosses(losses: ArrayLike<number>): Float64Array {
  const sorted = Float64Array.from(losses).filter(Number.isFinite).sort();
  const best = sorted[0] ?? 0;
  const quartile = sorted[Math.floor(0.75 * sorted.length)] ?? 0;
  const cap = quartile > best ? quartile + REACH * (quartile - best) : Number.POSITIVE_INFINITY;
  return standardised(finiteValues(Array.from(losses, (loss) => (loss > cap ? cap : loss))));
}

/** Golden-section search; the likelihood has one maximum. */
function bestExponent(values: Float64Array): number {
  let { low, high } = EXPONENTS;
  let a = high - GOLDEN * (high - low);
  let b = low + GOLDEN * (high - low);
  let atA = logLikelihood(values, a);
  let atB = logLikelihood(values, b);
  for (let step = 0; step < SEARCH_STEPS; step++)
    if (atA >= atB) {
      high = b;
      [b, atB] = [a, atA];
      a = high - GOLDEN * (high - low);
      atA = logLikelihood(values, a);
    } else {
      low = a;
      [a, atA] = [b, atB];
      b = low + GOLDEN * (high - low);
      atB = logLikelihood(values, b);
    }
  return (low + high) / 2;
}

/** Of the exponent, with mean and variance of the transformed values profiled out. */
function logLikelihood(values: Float64Array, exponent: number): number {
  const transform = yeoJohnson(exponent);
  const n = values.length;
  let sum = 0;
  let squares = 0;
  let jacobian = 0;
  for (const value of values) {
    const y = transform(value);
    sum += y;
    squares += y * y;
    jacobian += Math.sign(value) * Math.log1p(Math.abs(value));
  }
  const variance = squares / n - (sum / n) ** 2;
  return (-n / 2) * Math.log(Math.max(variance, 1e-300)) + (exponent - 1) * jacobian;
}

function yeoJohnson(exponent: number): (value: number) => number {
  const power = (x: number, e: number) => (Math.abs(e) < 1e-9 ? Math.log1p(x) : ((1 + x) ** e - 1) / e);
  return (value) => (value >= 0 ? power(value, exponent) : -power(-value, 2 - exponent));
}

/**
 * Outcome constraints as a Gaussian process likes them: satisfied at or below zero before and after. Scaled by the median size, with long tails cut by the bilog transform
 * (Eriksson and Poloczek 2021, arXiv:2002.08526). What is not a number counts as violated.
 */
export function warpedConstraint(values: ArrayLike<number>): Float64Array {
  const sizes = Array.from(values, Math.abs)
    .filter((size) => size > 0 && Number.isFinite(size))
    .sort((a, b) => a - b);
  const scale = sizes[Math.floor(sizes.length / 2)] ?? 1;
  return Float64Array.from(values, (value) => {
    const ratio = Number.isNaN(value) ? 1 : Math.max(-1e6, Math.min(1e6, value / scale));
    return Math.sign(ratio) * Math.log1p(Math.abs(ratio));
  });
}
