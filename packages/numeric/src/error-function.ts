// biome-ignore-all lint/correctness/noPrecisionLoss: coefficients stand as published, with all their digits
/** erf, |x| ≤ 15/32: x · P(x²)/Q(x²). */
const ERF_P = [3.1611237438705656, 113.864154151050156, 377.485237685302021, 3209.37758913846947, 0.185777706184603153];
const ERF_Q = [23.6012909523441209, 244.024637934444173, 1282.61652607737228, 2844.23683343917062];
/** erfcx, 15/32 < x ≤ 4: P(x)/Q(x). */
const MIDDLE_P = [
  0.564188496988670089, 8.88314979438837594, 66.1191906371416295, 298.635138197400131, 881.95222124176909,
  1712.04761263407058, 2051.07837782607147, 1230.33935479799725, 2.15311535474403846e-8,
];
const MIDDLE_Q = [
  15.7449261107098347, 117.693950891312499, 537.181101862009858, 1621.38957456669019, 3290.79923573345963,
  4362.61909014324716, 3439.36767414372164, 1230.33935480374942,
];
/** erfcx, x > 4: (1/√π − P(1/x²)/Q(1/x²)) / x. */
const TAIL_P = [
  0.305326634961232344, 0.360344899949804439, 0.125781726111229246, 0.0160837851487422766, 6.58749161529837803e-4,
  0.0163153871373020978,
];
const TAIL_Q = [
  2.56852019228982242, 1.87295284992346725, 0.527905102951428412, 0.0605183413124413191, 0.00233520497626869185,
];
const INVERSE_SQRT_PI = 0.56418958354775628695;
const SMALL = 15 / 32;

/** Error function. Rational Chebyshev approximations of Cody (1969), Math. Comp. 23, as in SPECFUN: relative error about 1e-16. */
export function erf(x: number): number {
  const y = Math.abs(x);
  if (y <= SMALL) return x * erfRatio(y * y);
  const tail = expOfMinusSquare(y) * scaledTail(y);
  return x < 0 ? tail - 1 : 1 - tail;
}

/** Complementary error function 1 − erf(x), relatively accurate also where it is tiny. */
export function erfc(x: number): number {
  const y = Math.abs(x);
  if (y <= SMALL) return 1 - x * erfRatio(y * y);
  const tail = expOfMinusSquare(y) * scaledTail(y);
  return x < 0 ? 2 - tail : tail;
}

/** Scaled complementary error function exp(x²)·erfc(x); Infinity below about −26.6. */
export function erfcx(x: number): number {
  const y = Math.abs(x);
  if (y <= SMALL) return Math.exp(y * y) * (1 - x * erfRatio(y * y));
  const tail = scaledTail(y);
  return x < 0 ? 2 / expOfMinusSquare(y) - tail : tail;
}

function erfRatio(square: number): number {
  let p = ERF_P[4]! * square;
  let q = square;
  for (let i = 0; i < 3; i++) {
    p = (p + ERF_P[i]!) * square;
    q = (q + ERF_Q[i]!) * square;
  }
  return (p + ERF_P[3]!) / (q + ERF_Q[3]!);
}

/** exp(y²)·erfc(y) for y > 15/32. */
function scaledTail(y: number): number {
  return y <= 4 ? middle(y) : far(y);
}

function middle(y: number): number {
  let p = MIDDLE_P[8]! * y;
  let q = y;
  for (let i = 0; i < 7; i++) {
    p = (p + MIDDLE_P[i]!) * y;
    q = (q + MIDDLE_Q[i]!) * y;
  }
  return (p + MIDDLE_P[7]!) / (q + MIDDLE_Q[7]!);
}

function far(y: number): number {
  const z = 1 / (y * y);
  let p = TAIL_P[5]! * z;
  let q = z;
  for (let i = 0; i < 4; i++) {
    p = (p + TAIL_P[i]!) * z;
    q = (q + TAIL_Q[i]!) * z;
  }
  return (INVERSE_SQRT_PI - (z * (p + TAIL_P[4]!)) / (q + TAIL_Q[4]!)) / y;
}

/** exp(−y²) without the rounding error of y²: the head of y has few bits, so its square is exact. */
function expOfMinusSquare(y: number): number {
  if (y > 27.5) return 0;
  const head = Math.trunc(y * 16) / 16;
  return Math.exp(-head * head) * Math.exp(-(y - head) * (y + head));
}
