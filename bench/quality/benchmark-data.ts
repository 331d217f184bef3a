import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** One entry of `space` in `suite.json`. Kinds: f float, I integer range, i ordinal index, c category. */
export interface SpaceEntry {
  readonly name: string;
  readonly kind: "f" | "I" | "i" | "c";
  readonly low?: number;
  readonly high?: number;
  readonly log?: boolean;
  readonly n?: number;
  readonly choices?: readonly string[];
  readonly parent?: string;
  readonly values?: readonly string[];
}

/** One task of `suite.json`. All are minimised. */
export interface SuiteTask {
  readonly name: string;
  readonly family: "hpobench" | "hpolib" | "nasbench201" | "yahpo" | "bbob" | "synthetic";
  readonly args: readonly (string | number)[];
  readonly space: readonly SpaceEntry[];
  /** Best known value. */
  readonly optimum: number;
  /** Median of one random draw: worse results count as this one. */
  readonly clip: number;
  /** Path of the data, relative to the benchmark folder. */
  readonly data?: string;
  /** BBOB: points and their values. */
  readonly check?: readonly { readonly x: readonly number[]; readonly f: number }[];
}

/** The folder with suite.json, tables and surrogates. */
export interface BenchmarkData {
  readonly folder: string;
  readonly tasks: readonly SuiteTask[];
}

const repository = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Opens the benchmark data.
 * @param folder absolute or relative to the working directory; default `$QALAM_BENCHMARKS`, else `../shared/benchmarks` beside the repository
 * @throws with what to do when it is not there
 */
export function openBenchmarkData(folder: string | undefined): BenchmarkData {
  const path = resolve(folder ?? process.env.QALAM_BENCHMARKS ?? join(repository, "../shared/benchmarks"));
  const suite = join(path, "suite.json");
  if (!existsSync(suite))
    throw new Error(
      `no benchmark data: ${suite} does not exist. Name the folder that holds suite.json with --data FOLDER or QALAM_BENCHMARKS.`,
    );
  return { folder: path, tasks: JSON.parse(readFileSync(suite, "utf8")).tasks };
}
