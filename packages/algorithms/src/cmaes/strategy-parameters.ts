/** Constants of CMA-ES for one dimension and population (Hansen, arXiv:1604.00772v2, Table 1). */
export interface StrategyParameters {
  /** Recombination weights, best first; the positive ones sum to 1, the others are negative. Shape [λ]. */
  readonly weights: Float64Array;
  readonly muEff: number;
  readonly cSigma: number;
  readonly dSigma: number;
  readonly cC: number;
  readonly c1: number;
  readonly cMu: number;
  /** E‖N(0, I)‖ */
  readonly expectedNorm: number;
}

/** Samples of a generation: 4 + ⌊3·ln d⌋. */
export function defaultPopulation(dimension: number): number {
  return 4 + Math.floor(3 * Math.log(Math.max(1, dimension)));
}

export function strategyParameters(d: number, population: number): StrategyParameters {
  const raw = Float64Array.from({ length: population }, (_, i) => Math.log((population + 1) / 2) - Math.log(i + 1));
  const positive = raw.map((weight) => Math.max(0, weight));
  const negative = raw.map((weight) => Math.min(0, weight));
  const muEff = effectiveSize(positive);
  const c1 = 2 / ((d + 1.3) ** 2 + muEff);
  const cMu = Math.min(1 - c1, (2 * (0.25 + muEff + 1 / muEff - 2)) / ((d + 2) ** 2 + muEff));
  const cSigma = (muEff + 2) / (d + muEff + 5);
  return {
    weights: combined(positive, negative, { d, c1, cMu }),
    muEff,
    cSigma,
    dSigma: 1 + 2 * Math.max(0, Math.sqrt((muEff - 1) / (d + 1)) - 1) + cSigma,
    cC: (4 + muEff / d) / (d + 4 + (2 * muEff) / d),
    c1,
    cMu,
    expectedNorm: Math.sqrt(d) * (1 - 1 / (4 * d) + 1 / (21 * d * d)),
  };
}

/** Positive weights sum to 1, negative ones to as much as keeps the covariance positive definite (equations 49 to 53). */
function combined(
  positive: Float64Array,
  negative: Float64Array,
  { d, c1, cMu }: { d: number; c1: number; cMu: number },
): Float64Array {
  const up = sumOf(positive);
  const down = -sumOf(negative);
  const limit = Math.min(
    1 + c1 / cMu,
    1 + (2 * effectiveSize(negative)) / (effectiveSize(positive) + 2),
    (1 - c1 - cMu) / (d * cMu),
  );
  return positive.map((weight, i) => {
    const other = negative[i] as number;
    return other < 0 ? (other / down) * Math.max(0, limit) : weight / up;
  });
}

/** (Σ w)² / Σ w² */
function effectiveSize(weights: Float64Array): number {
  let squares = 0;
  for (const weight of weights) squares += weight * weight;
  return squares === 0 ? 1 : sumOf(weights) ** 2 / squares;
}

function sumOf(weights: Float64Array): number {
  let sum = 0;
  for (const weight of weights) sum += weight;
  return sum;
}
