import {
  crowdingDistances,
  dominates,
  exclusiveHypervolume,
  hypervolume,
  type Losses,
  nonDominatedRanks,
  referencePoint,
  selectByHypervolume,
} from "@qalam/algorithms";
import { randomStream } from "@qalam/numeric";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

/** Rows on a coarse grid, so that ties and duplicates are common. */
const rowsOf = (objectives: number, maxLength = 24) =>
  fc.array(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: objectives, maxLength: objectives }), {
    minLength: 1,
    maxLength,
  });

/** Peels fronts one by one, as ranks are defined. */
function peeledRanks(rows: readonly Losses[]): number[] {
  const ranks = new Array<number>(rows.length).fill(-1);
  for (let rank = 0; ranks.includes(-1); rank++) {
    const open = rows.flatMap((_, i) => (ranks[i] === -1 ? [i] : []));
    for (const i of open) if (!open.some((j) => dominates(rows[j]!, rows[i]!))) ranks[i] = rank;
  }
  return ranks;
}

/** Counts the cells of an integer grid that some row dominates. */
function countedVolume(rows: readonly Losses[], reference: readonly number[]): number {
  let cells: number[][] = [[]];
  for (const end of reference) cells = cells.flatMap((cell) => Array.from({ length: end }, (_, x) => [...cell, x]));
  return cells.filter((cell) => rows.some((row) => cell.every((x, i) => x >= row[i]!))).length;
}

describe("non-dominated ranks", () => {
  it.each([1, 2, 3, 4])("are those of peeled fronts, %i objectives", (objectives) => {
    fc.assert(
      fc.property(rowsOf(objectives), (rows) => {
        expect([...nonDominatedRanks(rows)]).toEqual(peeledRanks(rows));
      }),
    );
  });
  it("compare infinities", () => {
    const rows = [
      [Number.POSITIVE_INFINITY, 0],
      [0, Number.POSITIVE_INFINITY],
      [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
      [Number.NEGATIVE_INFINITY, 0],
    ];
    expect([...nonDominatedRanks(rows)]).toEqual([1, 1, 2, 0]);
  });
});

describe("crowding distances", () => {
  it("add up the gaps between neighbours, infinite at the ends", () => {
    const front = [
      [0, 10],
      [1, 6],
      [4, 5],
      [10, 0],
    ];
    expect([...crowdingDistances(front)]).toEqual([Infinity, 0.4 + 0.5, 0.9 + 0.6, Infinity]);
  });
  it("have no NaN where losses are equal or infinite", () => {
    const front = [
      [1, -Infinity],
      [1, 2],
      [1, Infinity],
    ];
    expect([...crowdingDistances(front)]).toEqual([Infinity, 0, Infinity]);
  });
});

describe("hypervolume", () => {
  it.each([1, 2, 3, 4])("counts the dominated cells, %i objectives", (objectives) => {
    const reference = new Array<number>(objectives).fill(6);
    fc.assert(
      fc.property(rowsOf(objectives, 12), (rows) => {
        expect(hypervolume(rows, reference)).toBeCloseTo(countedVolume(rows, reference), 9);
      }),
      { numRuns: 60 },
    );
  });
  it("is that of the simplex x + y + z = 1 in the limit, and exclusive parts add up", () => {
    const random = randomStream(1, "simplex");
    const rows = Array.from({ length: 60 }, () => {
      const [x, y] = [random.uniform(), random.uniform()].sort() as [number, number];
      return [x, y - x, 1 - y, random.uniform() / 10];
    });
    const reference = [1, 1, 1, 1];
    let sum = 0;
    for (let i = 0; i < rows.length; i++) sum += exclusiveHypervolume(rows[i]!, rows.slice(0, i), reference);
    expect(sum).toBeCloseTo(hypervolume(rows, reference), 10);
  });
  it("leaves out rows beyond the reference, and is infinite with a loss of −Infinity", () => {
    expect(
      hypervolume(
        [
          [2, 0],
          [0, 1],
        ],
        [1, 1],
      ),
    ).toBe(0);
    expect(hypervolume([[-Infinity, 0]], [1, 1])).toBe(Infinity);
    expect(hypervolume([], [1, 1])).toBe(0);
  });
});

describe("selection by hypervolume", () => {
  it("takes the row that adds most at each step", () => {
    fc.assert(
      fc.property(rowsOf(3, 14), (rows) => {
        const reference = [6, 6, 6];
        const taken = selectByHypervolume(rows, 5, reference);
        const volume = (k: number, extra: number[] = []) =>
          hypervolume([...taken.slice(0, k).map((i) => rows[i]!), ...extra.map((i) => rows[i]!)], reference);
        taken.forEach((i, k) => {
          expect(volume(k, [i])).toBeCloseTo(Math.max(...rows.map((_, j) => volume(k, [j]))), 9);
        });
        expect(new Set(taken).size).toBe(Math.min(5, rows.length));
      }),
      { numRuns: 60 },
    );
  });
  it("has a reference point beyond the worst finite losses", () => {
    expect([
      ...referencePoint([
        [1, -1, 0],
        [Infinity, -3, 0],
      ]),
    ]).toEqual([1.1, -0.9, 1e-12]);
    expect([...referencePoint([[Infinity]])]).toEqual([1]);
  });
});
