/** Four bumps in the unit cube: Dixon and Szegő (1978). Weights and places as usually printed, e.g. in Surjanovic and Bingham's collection. */
interface Hartmann {
  readonly optimum: number;
  value(x: ArrayLike<number>): number;
}

const HEIGHTS = [1, 1.2, 3, 3.2];

export const hartmann3: Hartmann = {
  optimum: -3.86278214782076,
  value: sumOfBumps(
    [
      [3, 10, 30],
      [0.1, 10, 35],
      [3, 10, 30],
      [0.1, 10, 35],
    ],
    [
      [3689, 1170, 2673],
      [4699, 4387, 7470],
      [1091, 8732, 5547],
      [381, 5743, 8828],
    ],
  ),
};

export const hartmann6: Hartmann = {
  optimum: -3.32236801141551,
  value: sumOfBumps(
    [
      [10, 3, 17, 3.5, 1.7, 8],
      [0.05, 10, 17, 0.1, 8, 14],
      [3, 3.5, 1.7, 10, 17, 8],
      [17, 8, 0.05, 10, 0.1, 14],
    ],
    [
      [1312, 1696, 5569, 124, 8283, 5886],
      [2329, 4135, 8307, 3736, 1004, 9991],
      [2348, 1451, 3522, 2883, 3047, 6650],
      [4047, 8828, 8732, 5743, 1091, 381],
    ],
  ),
};

/** @param places in ten thousandths */
function sumOfBumps(weights: readonly number[][], places: readonly number[][]): Hartmann["value"] {
  return (x) =>
    -HEIGHTS.reduce((sum, height, i) => {
      const distance = weights[i]!.reduce((part, w, j) => part + w * (x[j]! - places[i]![j]! / 1e4) ** 2, 0);
      return sum + height * Math.exp(-distance);
    }, 0);
}
