import { type BbobInstance, bbobInstance, dot, type Matrix } from "./bbob-instance.ts";

type Vector = Float64Array;
type Value = (x: Vector) => number;

/**
 * A noiseless function of COCO/BBOB on [−5, 5]^D (Hansen, Finck, Ros and Auger 2009, RR-6829).
 * @param number 1 … 24
 * @throws when there is no such function
 */
export function bbobFunction(number: number, dimension: number, instance: number): Value {
  const make = FUNCTIONS[number];
  if (make === undefined) throw new Error(`there is no BBOB function ${number}; there are 1 to 24`);
  const data = bbobInstance(number, dimension, instance);
  const value = make(data);
  return (x) => value(x) + data.best;
}

/** The value of a BBOB function at its optimum. */
export function bbobOptimum(number: number, dimension: number, instance: number): number {
  return bbobInstance(number, dimension, instance).best;
}

const FUNCTIONS: Readonly<Record<number, (instance: BbobInstance) => Value>> = {
  1:
    ({ optimum }) =>
    (x) =>
      squares(minus(x, optimum)),
  2:
    ({ optimum }) =>
    (x) =>
      ellipsoid(oscillated(minus(x, optimum)), 6),
  3:
    ({ optimum }) =>
    (x) =>
      rastrigin(stretched(asymmetric(oscillated(minus(x, optimum)), 0.2), 10)),
  4: bueche,
  5: linearSlope,
  6: ({ optimum, r, q }) => {
    const turn = linear(r, 10, q);
    return (x) => {
      const z = turn(minus(x, optimum));
      return oscillate(squares(z.map((value, i) => (value * (optimum[i] as number) > 0 ? 100 * value : value)))) ** 0.9;
    };
  },
  7: stepEllipsoid,
  8: ({ optimum, dimension }) => {
    const scale = Math.max(1, Math.sqrt(dimension) / 8);
    return (x) => rosenbrock(x.map((value, i) => scale * (value - 0.75 * (optimum[i] as number)) + 1));
  },
  9: (instance) => (x) => rosenbrock(rosenbrockTurned(instance, x)),
  10:
    ({ optimum, r }) =>
    (x) =>
      ellipsoid(oscillated(times(r, minus(x, optimum))), 6),
  11:
    ({ optimum, r }) =>
    (x) => {
      const z = oscillated(times(r, minus(x, optimum)));
      return squares(z) + (1e6 - 1) * (z[0] as number) ** 2;
    },
  12:
    ({ optimum, r }) =>
    (x) => {
      const z = times(r, asymmetric(times(r, minus(x, optimum)), 0.5));
      return 1e6 * squares(z) - (1e6 - 1) * (z[0] as number) ** 2;
    },
  13: ({ optimum, r, q }) => {
    const turn = linear(r, 10, q);
    return (x) => {
      const z = turn(minus(x, optimum));
      return (z[0] as number) ** 2 + 100 * Math.sqrt(squares(z.subarray(1)));
    };
  },
  14:
    ({ optimum, r }) =>
    (x) => {
      const z = times(r, minus(x, optimum));
      return Math.sqrt(sum(z, (value, share) => Math.abs(value) ** (2 + 4 * share)));
    },
  15: ({ optimum, r, q }) => {
    const turn = linear(r, 10, q);
    return (x) => rastrigin(turn(asymmetric(oscillated(times(r, minus(x, optimum))), 0.2)));
  },
  16: weierstrass,
  17: (instance) => schaffers(instance, 10),
  18: (instance) => schaffers(instance, 1000),
  19: griewankRosenbrock,
  20: schwefel,
  21: (instance) => gallagher(instance, 101, Math.sqrt(1000), 10, 5),
  22: (instance) => gallagher(instance, 21, 1000, 9.8, 4.9),
  23: katsuura,
  24: lunacek,
};

function bueche({ optimum, dimension }: BbobInstance): Value {
  const best = optimum.map((value, i) => (i % 2 === 0 ? Math.abs(value) : value));
  return (x) => {
    const z = oscillated(minus(x, best)).map(
      (value, i) => value * 10 ** ((0.5 * i) / (dimension - 1)) * (i % 2 === 0 && value > 0 ? 10 : 1),
    );
    return rastrigin(z);
  };
}

function linearSlope({ optimum, dimension }: BbobInstance): Value {
  const slopes = optimum.map((value, i) => Math.sign(value) * 10 ** (i / (dimension - 1)));
  return (x) => slopes.reduce((total, slope, i) => total + 5 * Math.abs(slope) - slope * (x[i] as number), 0);
}

function stepEllipsoid({ optimum, r, q }: BbobInstance): Value {
  return (x) => {
    const turned = stretched(times(q, minus(x, optimum)), 10);
    const steps = turned.map((z) => (Math.abs(z) > 0.5 ? Math.floor(0.5 + z) : Math.floor(0.5 + 10 * z) / 10));
    return 0.1 * Math.max(Math.abs(turned[0] as number) / 1e4, ellipsoid(times(r, steps), 2));
  };
}

function rosenbrockTurned({ dimension, q }: BbobInstance, x: Vector): Vector {
  const scale = Math.max(1, Math.sqrt(dimension) / 8);
  return times(q, x).map((value) => scale * value + 0.5);
}

function weierstrass({ optimum, r, q, dimension }: BbobInstance): Value {
  const turn = linear(r, 0.01, q);
  const wave = (z: number) => {
    let total = 0;
    for (let k = 0; k < 12; k++) total += Math.cos(2 * Math.PI * 3 ** k * (z + 0.5)) / 2 ** k;
    return total;
  };
  const least = wave(0);
  return (x) => 10 * (sum(turn(oscillated(times(r, minus(x, optimum)))), wave) / dimension - least) ** 3;
}

function schaffers({ optimum, r, q, dimension }: BbobInstance, condition: number): Value {
  return (x) => {
    const z = stretched(times(q, asymmetric(times(r, minus(x, optimum)), 0.5)), condition);
    let total = 0;
    for (let i = 0; i + 1 < dimension; i++) {
      const s = Math.hypot(z[i] as number, z[i + 1] as number);
      total += Math.sqrt(s) * (1 + Math.sin(50 * s ** 0.2) ** 2);
    }
    return (total / (dimension - 1)) ** 2;
  };
}

function griewankRosenbrock(instance: BbobInstance): Value {
  return (x) => {
    const z = rosenbrockTurned(instance, x);
    let total = 0;
    for (let i = 0; i + 1 < z.length; i++) {
      const s = rosenbrock(z.subarray(i, i + 2));
      total += s / 4000 - Math.cos(s);
    }
    return (10 * total) / (z.length - 1) + 10;
  };
}

function schwefel({ uniforms, dimension }: BbobInstance): Value {
  const centre = 4.2096874637;
  const signs = uniforms(dimension).map((u) => (u < 0.5 ? -1 : 1));
  return (x) => {
    const flipped = x.map((value, i) => 2 * (signs[i] as number) * value);
    const moved = flipped.map((value, i) =>
      i === 0 ? value - centre : value + 0.25 * ((flipped[i - 1] as number) - centre) - centre,
    );
    const z = stretched(moved, 10).map((value) => 100 * (value + centre));
    const penalty = sum(z, (value) => Math.max(0, Math.abs(value / 100) - 5) ** 2);
    const waves = sum(z, (value) => value * Math.sin(Math.sqrt(Math.abs(value))));
    return 0.01 * (418.9828872724339 - waves / dimension) + 100 * penalty;
  };
}

/** The best of many Gaussian peaks. @param sharpness of the highest peak, as the root of its condition */
function gallagher(instance: BbobInstance, peaks: number, sharpness: number, width: number, offset: number): Value {
  const { dimension, uniforms, q } = instance;
  const order = ranking(uniforms(peaks - 1));
  const heights = Float64Array.from({ length: peaks }, (_, i) => (i === 0 ? 10 : 1.1 + (8 * (i - 1)) / (peaks - 2)));
  const scales = Array.from({ length: peaks }, (_, i) => {
    const condition = i === 0 ? sharpness : 1000 ** ((order[i - 1] as number) / (peaks - 2));
    return ranking(uniforms(dimension, 1000 * i)).map((place) => condition ** (place / (dimension - 1) - 0.5));
  });
  const places = uniforms(dimension * peaks);
  const centres = Array.from({ length: peaks }, (_, i) =>
    times(
      q,
      places.slice(i * dimension, (i + 1) * dimension).map((u) => (width * u - offset) * (i === 0 ? 0.8 : 1)),
    ),
  );
  return (x) => {
    const z = times(q, x);
    let highest = 0;
    for (let i = 0; i < peaks; i++) {
      const [centre, scale] = [centres[i] as Vector, scales[i] as number[]];
      const distance = sum(z, (value, _, j) => (scale[j] as number) * (value - (centre[j] as number)) ** 2);
      highest = Math.max(highest, (heights[i] as number) * Math.exp((-0.5 / dimension) * distance));
    }
    return roughened(10 - highest) ** 2;
  };
}

/** Indices in the order of their values. */
function ranking(values: Vector): number[] {
  return Array.from(values.keys()).sort((a, b) => (values[a] as number) - (values[b] as number));
}

/** The oscillation of the Gallagher functions, ten times as fast as the usual one. */
function roughened(value: number): number {
  if (value <= 0) return 0;
  const log = Math.log(value) / 0.1;
  return Math.exp(log + 0.49 * (Math.sin(log) + Math.sin(0.79 * log))) ** 0.1;
}

function katsuura({ optimum, r, q, dimension }: BbobInstance): Value {
  const turn = linear(r, 100, q);
  const factor = 10 / dimension ** 2;
  return (x) => {
    let product = 1;
    turn(minus(x, optimum)).forEach((z, i) => {
      let total = 0;
      for (let j = 1; j <= 32; j++) total += Math.abs(2 ** j * z - Math.round(2 ** j * z)) / 2 ** j;
      product *= (1 + (i + 1) * total) ** (10 / dimension ** 1.2);
    });
    return factor * (product - 1);
  };
}

function lunacek({ normals, r, q, dimension }: BbobInstance): Value {
  const near = 2.5;
  const ratio = 1 - 0.5 / (Math.sqrt(dimension + 20) - 4.1);
  const far = -Math.sqrt((near * near - 1) / ratio);
  const signs = normals(dimension).map((value) => (value < 0 ? -1 : 1));
  const turn = linear(r, 100, q);
  return (x) => {
    const flipped = x.map((value, i) => 2 * (signs[i] as number) * value);
    const first = sum(flipped, (value) => (value - near) ** 2);
    const second = dimension + ratio * sum(flipped, (value) => (value - far) ** 2);
    const z = turn(flipped.map((value) => value - near));
    return Math.min(first, second) + 10 * (dimension - sum(z, (value) => Math.cos(2 * Math.PI * value)));
  };
}

function rastrigin(z: Vector): number {
  return 10 * (z.length - sum(z, (value) => Math.cos(2 * Math.PI * value))) + squares(z);
}

function rosenbrock(z: Vector): number {
  let total = 0;
  for (let i = 0; i + 1 < z.length; i++) {
    const value = z[i] as number;
    total += 100 * (value * value - (z[i + 1] as number)) ** 2 + (value - 1) ** 2;
  }
  return total;
}

function ellipsoid(z: Vector, exponent: number): number {
  return sum(z, (value, share) => 10 ** (exponent * share) * value * value);
}

/** Sum over coordinates; `share` goes from 0 at the first to 1 at the last. */
function sum(z: Vector, term: (value: number, share: number, index: number) => number): number {
  let total = 0;
  for (let i = 0; i < z.length; i++) total += term(z[i] as number, i / (z.length - 1), i);
  return total;
}

function squares(z: Vector): number {
  return dot(z, z);
}

function minus(x: Vector, y: Vector): Vector {
  return x.map((value, i) => value - (y[i] as number));
}

function times(matrix: Matrix, x: Vector): Vector {
  return Float64Array.from(matrix, (row) => dot(row, x));
}

/** Λ^α: coordinate i times α^(i / (2D − 2)). */
function stretched(z: Vector, condition: number): Vector {
  return z.map((value, i) => value * condition ** ((0.5 * i) / (z.length - 1)));
}

/** x → A Λ^α B x */
function linear(a: Matrix, condition: number, b: Matrix): (x: Vector) => Vector {
  return (x) => times(a, stretched(times(b, x), condition));
}

/** T_osz: small bumps on a line through zero. */
function oscillate(x: number): number {
  if (x === 0) return 0;
  const log = Math.log(Math.abs(x));
  const [a, b] = x > 0 ? [10, 7.9] : [5.5, 3.1];
  return Math.sign(x) * Math.exp(log + 0.049 * (Math.sin(a * log) + Math.sin(b * log)));
}

function oscillated(z: Vector): Vector {
  return z.map(oscillate);
}

/** T_asy^β: breaks the symmetry of the positive side. */
function asymmetric(z: Vector, beta: number): Vector {
  return z.map((value, i) => (value > 0 ? value ** (1 + ((beta * i) / (z.length - 1)) * Math.sqrt(value)) : value));
}
