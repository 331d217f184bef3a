import { spawnSync } from "node:child_process";
import { root } from "./run-command.mjs";

// dependency-cruiser says "no violations" when it understood no file at all, so the number of modules is checked too.
const { status, stdout, stderr } = spawnSync(
  "node_modules/.bin/depcruise",
  ["--config", ".dependency-cruiser.cjs", "--output-type", "err-long", "packages"],
  { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 },
);
const modules = Number(/(\d+) modules/.exec(stdout)?.[1] ?? 0);
process.stdout.write(stdout + stderr);
if (modules < 50) console.error(`only ${modules} modules were understood: is the TypeScript 6 API installed?`);
process.exit(status === 0 && modules >= 50 ? 0 : 1);
