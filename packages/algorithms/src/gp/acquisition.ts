/** Worth of trying a point, in logarithms where it can be: larger is better. */
export interface Acquisition {
  /** Values of many points. @param xs features, row-major [count, D] @param out shape [count] */
  values(xs: Float64Array, count: number, out: Float64Array): void;
  /** Value at one point; sets `gradient` (shape [D], zero for categorical features). */
  valueAndGradient(x: Float64Array, gradient: Float64Array): number;
}

/** A sum of acquisitions: of logarithms of independent factors. */
export function sumOf(parts: readonly Acquisition[]): Acquisition {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return {
    values(xs, count, out) {
      const part = new Float64Array(count);
      out.fill(0, 0, count);
      for (const one of parts) {
        one.values(xs, count, part);
        for (let c = 0; c < count; c++) out[c] = out[c]! + part[c]!;
      }
    },
    valueAndGradient(x, gradient) {
      const part = new Float64Array(gradient.length);
      let sum = 0;
      gradient.fill(0);
      for (const one of parts) {
        sum += one.valueAndGradient(x, part);
        for (let k = 0; k < gradient.length; k++) gradient[k] = gradient[k]! + part[k]!;
      }
      return sum;
    },
  };
}
