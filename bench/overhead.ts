import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { shellExperiment } from "./shell-experiment.ts";

// Measures what Qalam adds to a command: `qalam run` against `xargs -P` on the same command, in one run. Usage: tsx bench/overhead.ts [trials …]
const root = fileURLToPath(new URL("..", import.meta.url));
const qalam = join(root, "packages/cli/bin/qalam.js");

/** Seconds from start to end, start of the program included. @throws when the command fails */
function seconds(
  command: string,
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv; input?: string },
): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(command, args, {
    ...options,
    env: { ...process.env, ...options.env },
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr.slice(-500)}`);
  return (performance.now() - started) / 1000;
}

/** Removed at the end: a file system may be slow to make files where many were just removed, as ext4 is for minutes. */
const everything = mkdtempSync(join(tmpdir(), "qalam-bench-"));

function folderWith(experiment: string): string {
  const folder = mkdtempSync(join(everything, "run-"));
  writeFileSync(join(folder, "experiment.yaml"), experiment);
  return folder;
}

function runIn(folder: string): Parameters<typeof seconds> {
  return [
    process.execPath,
    [qalam, "run", "experiment.yaml"],
    { cwd: folder, env: { QALAM_HOME: join(folder, "home") } },
  ];
}

/** Milliseconds from the start of the command to the first line of the first training, on a new data directory. */
function firstProcess(): number {
  const folder = folderWith(shellExperiment("bench", 1, 1, "date +%s%3N > began; echo loss=$X"));
  const started = Date.now();
  seconds(...runIn(folder));
  const began = Number(readFileSync(join(folder, "began"), "utf8"));
  return began - started;
}

function compare(trials: number, parallel: number, script: string): string {
  const folder = folderWith(shellExperiment("bench", trials, parallel, script));
  const numbers = Array.from({ length: trials }, (_, i) => i).join("\n");
  const plain = seconds("xargs", ["-P", String(parallel), "-I{}", "sh", "-c", script], {
    cwd: folder,
    input: numbers,
    env: { X: "0.5" },
  });
  const tuned = seconds(...runIn(folder));
  const share = ((100 * plain) / tuned).toFixed(1);
  return `| ${trials} | ${parallel} | \`${script}\` | ${plain.toFixed(2)} | ${tuned.toFixed(2)} | ${(trials / tuned).toFixed(0)} | ${share} % |`;
}

console.log(
  "| trials | parallel | command | xargs -P, s | qalam run, s | trials/s | share of xargs' throughput |\n| --- | --- | --- | --- | --- | --- | --- |",
);
console.log(compare(40, 4, "sleep 1; echo loss=$X"));
const sizes = process.argv.slice(2).map(Number);
for (const trials of sizes.length > 0 ? sizes : [100, 1000]) console.log(compare(trials, 4, "echo loss=$X"));
const waits = Array.from({ length: 5 }, firstProcess).sort((a, b) => a - b);
console.log(`\nFirst training process after ${waits[2]} ms, median of ${waits.join(", ")}`);
rmSync(everything, { recursive: true, force: true });
