/**
 * What a front leaves to be gained: the losses better than a reference that no row of it dominates. With outcomes that are independent normal by objective, the
 * expected hypervolume improvement is ∫ Π Φ((y − mean) / deviation) dy over this region (Emmerich et al. 2006; Daulton et al. 2020, arXiv:2006.05078).
 */
export interface ImprovementRegion {
  /** log of the expected improvement. @param means [m] @param deviations [m], above 0 */
  logExpectation(means: Float64Array, deviations: Float64Array): number;
  /** Derivatives of the last `logExpectation`; sets both, shapes [m]. */
  slopes(byMean: Float64Array, byDeviation: Float64Array): void;
}
