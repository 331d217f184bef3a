import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
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

function compare(trials: number, parallel: number, script: string): string {
  const folder = mkdtempSync(join(tmpdir(), "qalam-bench-"));
  writeFileSync(join(folder, "experiment.yaml"), shellExperiment("bench", trials, parallel, script));
  const numbers = Array.from({ length: trials }, (_, i) => i).join("\n");
  const plain = seconds("xargs", ["-P", String(parallel), "-I{}", "sh", "-c", script], {
    cwd: folder,
    input: numbers,
    env: { X: "0.5" },
  });
  const tuned = seconds(process.execPath, [qalam, "run", "experiment.yaml"], {
    cwd: folder,
    env: { QALAM_HOME: join(folder, "home") },
  });
  rmSync(folder, { recursive: true, force: true });
  const share = ((100 * plain) / tuned).toFixed(1);
  return `| ${trials} | ${parallel} | \`${script}\` | ${plain.toFixed(2)} | ${tuned.toFixed(2)} | ${(trials / tuned).toFixed(0)} | ${share} % |`;
}

console.log(
  "| trials | parallel | command | xargs -P, s | qalam run, s | trials/s | share of xargs' throughput |\n| --- | --- | --- | --- | --- | --- | --- |",
);
console.log(compare(40, 4, "sleep 1; echo loss=$X"));
const sizes = process.argv.slice(2).map(Number);
for (const trials of sizes.length > 0 ? sizes : [100, 1000]) console.log(compare(trials, 4, "echo loss=$X"));
