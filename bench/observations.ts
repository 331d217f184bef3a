/**
 * How fast observations are stored and read. Usage: node --conditions=source --import tsx bench/observations.ts [rows=10000000] [trials=1000]
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ObservationRow } from "@qalam/store";
import { openDataDirectory } from "@qalam/store/sqlite";

const rows = Number(process.argv[2] ?? 10_000_000);
const trials = Number(process.argv[3] ?? 1000);
const perTrial = Math.floor(rows / trials);
const PORTION = 100;
/** Trials that report at the same time. */
const TOGETHER = 8;

/** Longer trials are not read at once. */
const MOST_AT_ONCE = 1_000_000;
let mostMemory = 0;

const directory = mkdtempSync(join(tmpdir(), "qalam-bench-"));
const { observations, close } = await openDataDirectory(directory);

function portion(from: number): ObservationRow[] {
  return Array.from({ length: Math.min(PORTION, perTrial - from) }, (_, i) => {
    const sequence = from + i;
    const time = new Date(Date.UTC(2026, 0, 1) + sequence * 137).toISOString();
    const value = String(Math.sin(sequence / 1000) + Math.random() / 10);
    return {
      metric: i % 2 === 0 ? "loss" : "accuracy",
      value,
      time,
      source: "pod/c/0",
      sequence: sequence * 40,
      step: sequence,
    };
  });
}

async function report(trial: number): Promise<void> {
  for (let from = 0; from < perTrial; from += PORTION) await observations.append(`trial-${trial}`, portion(from));
}

async function measure(what: string, count: number, run: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  await run();
  const milliseconds = performance.now() - start;
  const rate = count / (milliseconds / 1000);
  console.log(`${what.padEnd(52)} ${milliseconds.toFixed(1).padStart(10)} ms ${rate.toFixed(0).padStart(10)} /s`);
}

/** How long others wait while the rows of a deleted trial go, some at a time. */
async function whileDeleted(): Promise<void> {
  const waits: number[] = [];
  for (let i = 0; i < 2000; i++) {
    const start = performance.now();
    await observations.append("other", [{ ...(portion(0)[0] as ObservationRow), sequence: i }]);
    waits.push(performance.now() - start);
  }
  waits.sort((a, b) => a - b);
  const [median = 0, worst = 0] = [waits[1000], waits.at(-1)];
  console.log(
    `2000 rows appended meanwhile, one at a time: ${median.toFixed(2)} ms, at most ${worst.toFixed(1)} ms each`,
  );
}

await measure(`append ${perTrial * trials} rows, ${TOGETHER} trials at a time`, perTrial * trials, async () => {
  let next = 0;
  const reporter = async (): Promise<void> => {
    while (next < trials) await report(next++);
  };
  await Promise.all(Array.from({ length: TOGETHER }, reporter));
});
const trial = `trial-${Math.floor(trials / 2)}`;
console.log(`after appending: process ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`);
await measure("one row at a time, awaited", 2000, async () => {
  for (const row of [...Array(20).keys()].flatMap((i) => portion(i * PORTION)))
    await observations.append("single", [row]);
});
await measure("summarize one trial, 1000 times", 1000, async () => {
  for (let i = 0; i < 1000; i++) await observations.summarize(`trial-${i % trials}`);
});
if (perTrial <= MOST_AT_ONCE)
  await measure(`query one trial (${perTrial} rows)`, perTrial, () => observations.query(trial));
await measure(`hand on one trial in portions (${perTrial} rows)`, perTrial, async () => {
  for await (const rows of observations.portions(trial))
    mostMemory = Math.max(mostMemory, rows.length && process.memoryUsage().rss);
});
for (const downsample of [500, 1000])
  await measure(`query one trial thinned to ${downsample}`, perTrial, () => observations.query(trial, { downsample }));
const half = { downsample: 500, start: new Date(Date.UTC(2026, 0, 1) + (perTrial / 2) * 137).toISOString() };
await measure("query the second half thinned to 500", perTrial / 2, () => observations.query(trial, half));
const thousandth = { start: half.start, end: new Date(Date.parse(half.start) + (perTrial / 1000) * 137).toISOString() };
await measure("append again what is known (one trial)", perTrial, () => report(0));
await measure("query a thousandth of it, all rows", perTrial / 1000, () => observations.query(trial, thousandth));
await measure("delete one trial", perTrial, () => observations.delete(trial));
await whileDeleted();
console.log(
  `file ${(statSync(join(directory, "qalam.db")).size / 1e6).toFixed(0)} MB; process ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB, at most ${(mostMemory / 1e6).toFixed(0)} MB while rows were handed on`,
);
await close();
rmSync(directory, { recursive: true });
