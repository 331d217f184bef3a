import { studentCdf } from "@qalam/numeric";

/** A curve's value at its end: a weighted mixture of Student's t distributions with the same degrees of freedom. */
export interface EndPrediction {
  readonly mean: number;
  /** Probability that the value at the end is less than this one. */
  probabilityBelow(value: number): number;
}

/** One shape's posterior of the value at the end. */
interface Component {
  readonly mean: number;
  readonly scale: number;
  readonly logEvidence: number;
}

/** Shapes of learning curves over the share of the training that is done, x in (0, 1]. All fall, most of them ever more slowly. */
const SHAPES: readonly ((x: number) => number)[] = [
  ...[0.1, 0.25, 0.5, 1, 2].map((power) => (x: number) => x ** -power),
  ...[1, 3, 9, 27].map((rate) => (x: number) => Math.exp(-rate * x)),
  (x) => -Math.log(x),
  (x) => -x,
];

/** Precisions of the priors, in units of the noise's. The level's is so low that a curve may go on to far below what it has shown. */
const LEVEL_PRECISION = 1e-6;
const SLOPE_PRECISION = 1e-3;
/** Prior of the noise's variance, in units of the squared range of the values: as if two values had shown a standard deviation of 3 %. */
const PRIOR_DEGREES = 2;
const PRIOR_VARIANCE = 0.03 ** 2;
/** Neighbouring residuals are alike: a value says as much as this share of an independent one. */
const INDEPENDENCE = 0.5;
/**
 * Predicts where a curve ends by averaging over parametric shapes: y(x) = c + b·(f(x) − f(1)) + noise for each shape f, where c is the value at the end. Each is a Bayesian linear
 * regression with a normal-inverse-gamma prior, so posterior, evidence and prediction are closed formulas (Bishop 2006, section 3.5; the ensemble of shapes follows Domhan et al. 2015). Later
 * values weigh more, linearly in x. @param x ascending, in (0, 1]; 1 is the end. Shape [n], n ≥ 2 @param y finite. Shape [n]
 * @returns undefined when the values overflow
 */
export function predictEnd(x: readonly number[], y: readonly number[]): EndPrediction | undefined {
  const origin = y.at(-1) as number;
  const range = Math.max(...y) - Math.min(...y);
  if (!Number.isFinite(range)) return undefined;
  const unit = range === 0 ? Math.max(Math.abs(origin), 1e-12) * 1e-3 : range;
  const points = x.map((at, i) => ({ x: at, y: ((y[i] as number) - origin) / unit }));
  const total = points.reduce((sum, point) => sum + point.x, 0);
  const count = points.length * INDEPENDENCE;
  const weights = points.map((point) => (count * point.x) / total);
  const degrees = Math.max(1, Math.round(PRIOR_DEGREES + count));
  const components = SHAPES.map((shape) => regress(points, weights, shape, degrees));
  const top = Math.max(...components.map(({ logEvidence }) => logEvidence));
  const shares = components.map(({ logEvidence }) => Math.exp(logEvidence - top));
  const sum = shares.reduce((all, share) => all + share, 0);
  const average = (of: (component: Component) => number): number =>
    components.reduce((all, component, i) => all + ((shares[i] as number) / sum) * of(component), 0);
  return {
    mean: origin + unit * average(({ mean }) => mean),
    probabilityBelow: (value) =>
      average(({ mean, scale }) => studentCdf(((value - origin) / unit - mean) / scale, degrees)),
  };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Weighted regression of y on 1 and the shape. */
function regress(
  points: readonly Point[],
  weights: readonly number[],
  shape: (x: number) => number,
  degrees: number,
): Component {
  const end = shape(1);
  const spread = Math.abs(shape((points[0] as Point).x) - shape((points.at(-1) as Point).x)) || 1;
  let [s0, s1, s2, t0, t1, yy] = [LEVEL_PRECISION, 0, SLOPE_PRECISION, 0, 0, PRIOR_DEGREES * PRIOR_VARIANCE];
  for (const [i, { x, y }] of points.entries()) {
    const weight = weights[i] as number;
    const h = (shape(x) - end) / spread;
    s0 += weight;
    s1 += weight * h;
    s2 += weight * h * h;
    t0 += weight * y;
    t1 += weight * h * y;
    yy += weight * y * y;
  }
  const determinant = s0 * s2 - s1 * s1;
  const level = (s2 * t0 - s1 * t1) / determinant;
  const slope = (s0 * t1 - s1 * t0) / determinant;
  const rest = Math.max(yy - level * t0 - slope * t1, 1e-12);
  const variance = rest / degrees;
  return {
    mean: level,
    scale: Math.sqrt(variance * (1 + s2 / determinant)),
    logEvidence: -0.5 * Math.log(determinant) - 0.5 * degrees * Math.log(rest),
  };
}
