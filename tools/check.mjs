import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import { root } from "./run-command.mjs";

const node = process.execPath;
/** What is checked without running the product. Each is one line of the summary. */
const checks = [
  ["types", node, ["node_modules/ts7/bin/tsc", "-b"]],
  ["lint and format", "node_modules/.bin/biome", ["check", "--error-on-warnings", "."]],
  ["import borders", node, ["tools/check-borders.mjs"]],
  ["file and function sizes", node, ["tools/check-sizes.mjs"]],
  ["unused code", "node_modules/.bin/knip", ["--no-progress", "--no-config-hints"]],
];

/** Runs all checks and shows the output of those that fail. @returns how many passed and failed */
export function check() {
  const counts = { passed: 0, failed: 0 };
  for (const [name, command, args] of checks) {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
    counts[status === 0 ? "passed" : "failed"] += 1;
    console.log(`${status === 0 ? "ok    " : "FAILED"} ${name}`);
    if (status !== 0) console.log(`${stdout ?? ""}${stderr ?? ""}`);
  }
  return counts;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exit(check().failed === 0 ? 0 : 1);
