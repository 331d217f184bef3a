import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { collect, root, startQalam, temporaryFolder, untilOutput } from "../e2e/qalam-command.ts";

it("docs/reference/client.md has an example that runs as printed", async () => {
  const page = readFileSync(join(root, "docs/reference/client.md"), "utf8");
  const example = /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
  const home = temporaryFolder();
  const server = startQalam(["up", "--port", "0", "--grpc-port", "0"], { home });
  onTestFinished(() => void server.kill("SIGKILL"));
  const address = /at (http:\S+)/.exec(await untilOutput(server, /at http:\S+\n/))?.[1];
  const arguments_ = ["--conditions=source", "--input-type=module", "--eval", example];
  const env = { ...process.env, QALAM_HOME: home, QALAM_SERVER: address };
  const { status, stdout, stderr } = await collect(
    spawn(join(root, "node_modules/.bin/tsx"), arguments_, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] }),
  );
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^best: from-typescript-\w+\n(from-typescript-\w+ loss=[\d.e-]+\n){3}$/);
});
