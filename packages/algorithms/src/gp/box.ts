/** Part of the unit cube: bounds of the numeric features. Shapes [numeric]. */
export interface Box {
  readonly low: Float64Array;
  readonly high: Float64Array;
}
