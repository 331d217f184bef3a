import { expect, it } from "vitest";
import { downsampleIndexes } from "../src/observations/downsample.ts";

it("keeps the first of equal extremes", () => {
  expect(downsampleIndexes([5, 1, 1, 9, 9, 5, 5, 5], 4)).toEqual([0, 1, 3, 7]);
});
