import { spawn, spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { TextCollector } from "@qalam/collectors";
import { cpuSeconds } from "./process-usage.ts";
import { shellExperiment } from "./shell-experiment.ts";

// Measures collectors against grep and wc on the same log in the same run, and what following quiet trials costs. Usage: tsx bench/collectors.ts [megabytes=1000]
const megabytes = Number(process.argv[2] ?? 1000);
const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "qalam-bench-"));
const KATIB_FILTER = "([\\w|-]+)\\s*=\\s*([+-]?\\d*(\\.\\d+)?([Ee][+-]?\\d+)?)";
const GREP_FILTER = "([[:alnum:]_|-]+)[[:space:]]*=[[:space:]]*([+-]?[0-9]*(\\.[0-9]+)?([Ee][+-]?[0-9]+)?)";
const CHUNK = 256 * 1024;
const QUIET_TRIALS = 100;
const WATCHED_S = 10;

/** Typical output of a training; one line in `every` holds metrics. */
function writeLog(path: string, every: number): number {
  const file = openSync(path, "w");
  let [lines, bytes] = [0, 0];
  while (bytes < megabytes * 1e6) {
    let text = "";
    for (let i = 0; i < 10_000; i++) text += line(lines++, every);
    bytes += writeSync(file, text);
  }
  closeSync(file);
  return lines;
}

function line(i: number, every: number): string {
  if (i % every === 0)
    return `epoch=${Math.floor(i / 1000)} loss=${(1 / (1 + i * 1e-6)).toFixed(6)} accuracy=${(i % 1e4) / 1e4}\n`;
  const number = String(i % 1e5).padStart(5, "0");
  return [
    `2026-11-25 12:00:0${i % 10},123 INFO trainer: batch ${number} of 12345 done in 0.123 s, learning rate 0.000100\n`,
    `[${i % 100}/100] processed ${number} images; data loading 12.5 ms, forward 35.1 ms, backward 70.9 ms\n`,
    `WARNING ${i % 10}: value ${number} out of the usual range, clipped to the boundary\n`,
  ][i % 3] as string;
}

function collectorSeconds(path: string, filters: readonly string[]): number {
  const collector = new TextCollector(["loss", "accuracy"], filters);
  const buffer = Buffer.allocUnsafeSlow(CHUNK);
  const file = openSync(path, "r");
  const started = performance.now();
  for (let read = -1; read !== 0; ) {
    read = readSync(file, buffer, 0, CHUNK, null);
    collector.push(buffer.subarray(0, read));
  }
  closeSync(file);
  return (performance.now() - started) / 1000;
}

function commandSeconds(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): number {
  const started = performance.now();
  const output = openSync(join(folder, "out"), "w"); // grep looks no further than the first match when its output is /dev/null
  spawnSync(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", output, "inherit"] });
  closeSync(output);
  return (performance.now() - started) / 1000;
}

function best(measure: () => number): number {
  return Math.min(measure(), measure(), measure());
}

function compare(name: string, every: number): void {
  const path = join(folder, "log");
  const lines = writeLog(path, every);
  const rows: [string, number][] = [
    ["collector, default filter", best(() => collectorSeconds(path, []))],
    ["collector, Katib's filter written out", best(() => collectorSeconds(path, [KATIB_FILTER]))],
    ["grep -E, UTF-8", best(() => commandSeconds("grep", ["-E", GREP_FILTER, path], { LC_ALL: "C.UTF-8" }))],
    ["grep -oE, UTF-8", best(() => commandSeconds("grep", ["-oE", GREP_FILTER, path], { LC_ALL: "C.UTF-8" }))],
    ["grep -E, C", best(() => commandSeconds("grep", ["-E", GREP_FILTER, path], { LC_ALL: "C" }))],
    ["wc -l", best(() => commandSeconds("wc", ["-l", path]))],
  ];
  const grep = rows[2]?.[1] ?? Number.NaN;
  console.log(
    `\n${name}: ${lines} lines, ${megabytes} MB\n| | s | million lines/s | share of grep -E |\n| --- | --- | --- | --- |`,
  );
  for (const [what, seconds] of rows)
    console.log(
      `| ${what} | ${seconds.toFixed(2)} | ${(lines / seconds / 1e6).toFixed(1)} | ${(grep / seconds).toFixed(2)} |`,
    );
}

/** Share of one core that the server takes while trials run that write nothing. */
async function quietTrials(): Promise<void> {
  writeFileSync(
    join(folder, "quiet.yaml"),
    shellExperiment("quiet", QUIET_TRIALS, QUIET_TRIALS, "echo loss=$X; exec sleep 1000"),
  );
  const child = spawn(process.execPath, [join(root, "packages/cli/bin/qalam.js"), "run", "quiet.yaml"], {
    cwd: folder,
    env: { ...process.env, QALAM_HOME: join(folder, "home") },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let started = 0;
  await new Promise<void>((resolve) =>
    child.stderr.on("data", (text: Buffer) => {
      started += text.toString().match(/ started /g)?.length ?? 0;
      if (started >= QUIET_TRIALS) resolve();
    }),
  );
  await sleep(3_000);
  const before = cpuSeconds(child.pid ?? 0);
  await sleep(WATCHED_S * 1000);
  const used = cpuSeconds(child.pid ?? 0) - before;
  console.log(
    `\n${QUIET_TRIALS} quiet trials: ${used.toFixed(2)} s of CPU in ${WATCHED_S} s (${((100 * used) / WATCHED_S).toFixed(1)} % of a core)`,
  );
  child.kill("SIGINT");
  await new Promise((resolve) => child.once("close", resolve));
}

compare("metrics in one line of ten", 10);
compare("metrics in one line of a thousand", 1000);
await quietTrials();
rmSync(folder, { recursive: true });
