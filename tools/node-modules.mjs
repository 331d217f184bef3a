import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { mustRun, root } from "./run-command.mjs";

/** Installs the npm packages of the lock file when they are missing or older than it. */
export function ensureNodeModules() {
  const installed = join(root, "node_modules/.package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, "package-lock.json")).mtimeMs) return;
  console.error("Installing npm packages …");
  mustRun("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
}
