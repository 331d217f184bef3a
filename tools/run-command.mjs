import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs a command in the repository with its output shown. @returns its exit status, 127 when it cannot be started */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  return result.error === undefined ? (result.status ?? 1) : 127;
}

/** Like `run`, but ends this process with a message when the command fails. */
export function mustRun(command, args, options = {}) {
  const status = run(command, args, options);
  if (status !== 0) {
    console.error(`\n${[command, ...args].join(" ")} failed with status ${status}`);
    process.exit(status === 0 ? 1 : status);
  }
}

/** True when the command can be started. */
export function hasCommand(command, args = ["--version"]) {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}
