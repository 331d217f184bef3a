/** A model of the losses, whatever it is made of. */
export interface Model {
  /** Brings it up to date. @param rows features [n][D] @param targets standardised losses [n] @param pending features of points under way */
  update(rows: readonly Float64Array[], targets: Float64Array, pending: readonly Float64Array[]): void;
  /** Adds a point under way. */
  addPending(row: Float64Array): void;
  /** Means and deviations of many points, row-major [count, D]. */
  predict(xs: Float64Array, count: number): { readonly means: Float64Array; readonly deviations: Float64Array };
}
