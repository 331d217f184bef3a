import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ALGORITHMS, type Algorithm, checkSettings, findAlgorithm, settingsRecord } from "@qalam/algorithms";
import type { BenchmarkData, SuiteTask } from "./benchmark-data.ts";
import { heldOutTask } from "./held-out.ts";
import type { Row } from "./report.ts";
import type { Run } from "./run-search.ts";

export interface NamedAlgorithm {
  /** As it was written. */
  readonly text: string;
  readonly algorithm: Algorithm;
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * An algorithm with its settings from the command line.
 * @param fillIn values of settings that were not written, if the algorithm has them
 * @throws with what is accepted
 */
export function algorithmOf(text: string, fillIn: Readonly<Record<string, string>> = {}): NamedAlgorithm {
  const [name = "", ...assignments] = text.split(":");
  const algorithm = findAlgorithm(name);
  if (algorithm === undefined)
    throw new Error(`unknown algorithm "${name}"; there are ${ALGORITHMS.map((one) => one.name).join(", ")}`);
  const written = assignments.map((assignment) => {
    const [key = "", value = ""] = assignment.split("=");
    return { name: key, value };
  });
  const isMissing = ([key]: [string, string]) =>
    algorithm.settings.some((setting) => setting.name === key) && !written.some((setting) => setting.name === key);
  const filled = Object.entries(fillIn).filter(isMissing);
  const settings = [...written, ...filled.map(([key, value]) => ({ name: key, value }))];
  const problems = checkSettings(name, algorithm.settings, settings);
  if (problems.length > 0) throw new Error(problems.map(({ problem }) => problem).join("\n"));
  return { text, algorithm, settings: settingsRecord(settings) };
}

/** The tasks that `--tasks` names. @param names absent: all of the suite */
export async function tasksOf(data: BenchmarkData, names: string | undefined): Promise<readonly SuiteTask[]> {
  if (names === undefined) return data.tasks;
  const chosen: SuiteTask[] = [];
  for (const name of names.split(",")) {
    const exact = data.tasks.filter((task) => task.name === name);
    const found = exact.length > 0 ? exact : data.tasks.filter((task) => task.name.includes(name));
    chosen.push(...(found.length > 0 ? found : [await heldOutTask(data, name)]));
  }
  return chosen;
}

/** Runs of a sampler that were made before. @param name in the reference file, or FILE.jsonl[:NAME] */
export function referenceRow(
  data: BenchmarkData,
  name: string,
  tasks: readonly { readonly name: string }[],
  seeds: number,
): Row {
  const [file = "", sampler] = name.includes(".jsonl")
    ? name.split(/(?<=\.jsonl):?/)
    : [join(data.folder, "reference-optuna-5.0.0.jsonl"), name];
  const names = new Set(tasks.map((task) => task.name));
  const runs = runsOf(file).filter(
    (run) => (sampler || run.sampler) === run.sampler && names.has(run.task) && run.seed < seeds,
  );
  return { name: name.includes(".jsonl") ? name : `Optuna ${name}`, runs };
}

/** Runs that were made before, one row for each sampler. @param files names, with commas between @param tasks those to take */
export function earlierRows(files: string, tasks: ReadonlyMap<string, unknown>): Row[] {
  const rows = new Map<string, Run[]>();
  for (const run of files.split(",").flatMap(runsOf))
    if (tasks.has(run.task)) rows.set(run.sampler, [...(rows.get(run.sampler) ?? []), run]);
  return [...rows].map(([name, runs]) => ({ name, runs }));
}

function runsOf(file: string): Run[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Run => JSON.parse(line));
}
