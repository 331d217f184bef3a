/** What a Gaussian process's kernel is made of, in logarithms: log θ of every feature (θ = 1/ℓ²), then log signal variance, then log noise variance. Shape [D + 2]. */
export type Hyperparameters = Float64Array;

/** Bounds of the hyperparameters, where a fit starts, and what is believed about them before. */
export interface HyperparameterPrior {
  readonly low: Hyperparameters;
  readonly high: Hyperparameters;
  readonly start: Hyperparameters;
  /** Adds the gradient of the log density. @returns the log density, up to a constant */
  logDensity(values: Hyperparameters, gradient: Float64Array): number;
}

/**
 * Weak beliefs about standardised data on the unit cube: θ near 1, falling off by 0.1·(θ + 1/θ); Gamma(2, 1) on the signal variance; Gamma(1.1, 30) on the noise
 * variance, which is at least 1e-6 (those of Optuna's GPSampler).
 * @param dimension number of features, D
 */
export function defaultPrior(dimension: number): HyperparameterPrior {
  const bounds = (theta: number, signal: number, noise: number) => {
    const values = new Float64Array(dimension + 2).fill(Math.log(theta));
    values[dimension] = Math.log(signal);
    values[dimension + 1] = Math.log(noise);
    return values;
  };
  return {
    low: bounds(1e-5, 1e-3, 1e-6),
    high: bounds(1e5, 1e3, 1),
    start: bounds(1, 1, 1e-2),
    logDensity(values, gradient) {
      let sum = 0;
      for (let i = 0; i < dimension; i++) {
        const theta = Math.exp(values[i]!);
        sum -= 0.1 * (theta + 1 / theta);
        gradient[i] = gradient[i]! + 0.1 * (1 / theta - theta);
      }
      const signal = Math.exp(values[dimension]!);
      const noise = Math.exp(values[dimension + 1]!);
      gradient[dimension] = gradient[dimension]! + 1 - signal;
      gradient[dimension + 1] = gradient[dimension + 1]! + 0.1 - 30 * noise;
      return sum + values[dimension]! - signal + 0.1 * values[dimension + 1]! - 30 * noise;
    },
  };
}
