/** A model of the objective that was fitted to data. */
export interface Surrogate {
  /** Means and standard deviations of many points. @param xs features, row-major [count, D] @param means [count] @param deviations [count] */
  predictMany(xs: Float64Array, count: number, means: Float64Array, deviations: Float64Array): void;
}
