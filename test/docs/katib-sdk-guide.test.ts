import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { collect, root } from "../e2e/qalam-command.ts";
import { SDK, startSdkServer } from "../sdk/sdk-server.ts";

it.skipIf(SDK === undefined)("the guide of the Katib SDK: its tune() runs as printed", async () => {
  const { home, env } = await startSdkServer();
  const guide = readFileSync(join(root, "docs/guide/katib-sdk.md"), "utf8");
  const script = join(home, "tune.py");
  writeFileSync(script, /```python\n([\s\S]*?)```/.exec(guide)?.[1] ?? "");
  const { status, stdout, stderr } = await collect(spawn(join(SDK ?? "", "python"), [script], { env }));
  expect(stderr).not.toContain("Traceback");
  expect(stdout).toMatch(/'best_trial_name': 'from-python-\w+'/);
  expect(status).toBe(0);
});
