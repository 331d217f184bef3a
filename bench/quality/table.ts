import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Point } from "@qalam/algorithms";
import type { BenchmarkData, SuiteTask } from "./benchmark-data.ts";

/** Looks values up by the parameters' indices, written as digits in the order of the space. */
export function tableObjective(data: BenchmarkData, { data: path = "" }: SuiteTask): (point: Point) => number {
  const table: Record<string, number> = JSON.parse(gunzipSync(readFileSync(join(data.folder, path))).toString());
  return (point) => {
    const value = table[point.join("")];
    if (value === undefined) throw new Error(`${path} has no entry ${point.join("")}`);
    return value;
  };
}
