import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { writeManifest } from "./manifest.ts";
import { collect, qalam, root, startQalam, temporaryFolder, untilOutput } from "./qalam-command.ts";

/** A server whose one trial has written a line and goes on. @returns its name */
async function runningTrial(home: string, script: string): Promise<string> {
  const server = startQalam(["up", "--port", "0"], { home });
  const output = collect(server);
  onTestFinished(async () => {
    server.kill("SIGTERM");
    await output;
  });
  await untilOutput(server, /Ctrl-C/);
  const run = startQalam(["run", "-o", "lines", writeManifest(home, { max: 1, parallel: 1, script })], { home });
  onTestFinished(() => void run.kill("SIGKILL"));
  return /trial (\S+) started/.exec(await untilOutput(run, /trial \S+ started/))?.[1] ?? "";
}

it("what follows ends quietly with 130 when it is interrupted", async () => {
  const home = temporaryFolder();
  const name = await runningTrial(home, "echo loss=1; exec sleep 1000");
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    for (const [args, shown] of [
      [["logs", "-f", name], /loss=1\n/],
      [["metrics", "-f", name], /loss=1\n/],
      [["get", "trials", "--watch"], /Running/],
    ] as const) {
      const command = startQalam(args, { home });
      const output = collect(command);
      await untilOutput(command, shown);
      command.kill(signal);
      expect({ args, signal, ...(await output) }).toMatchObject({ args, signal, status: 130, stderr: "" });
    }
});

it("a run whose output is read no further stops its trials", async () => {
  const home = temporaryFolder();
  const file = writeManifest(home, {
    max: 4,
    parallel: 1,
    script: "echo $$$$ > pid; while [ ! -e go ]; do sleep 0.05; done; echo loss=1",
  });
  const bin = join(root, "packages/cli/bin/qalam.js");
  const line = `set -o pipefail; ${process.execPath} ${bin} run ${file} -o json | head -2 > first; touch go; wait`;
  const options = { cwd: home, env: { ...process.env, QALAM_HOME: home } };
  const { status, stderr } = await collect(spawn("bash", ["-c", line], options));
  expect(stderr).toContain("Nobody reads the output any more");
  expect([status, stderr]).toEqual([0, expect.stringContaining("Paused default/test")]);
  expect(() => process.kill(Number(readFileSync(join(home, "pid"), "utf8")), 0)).toThrow(/ESRCH/);
});

it("what is read no further ends quietly", async () => {
  const home = temporaryFolder();
  const name = await runningTrial(home, "seq 1000000; echo loss=1; exec sleep 1000");
  const written = startQalam(["metrics", "-f", name], { home });
  await untilOutput(written, /loss=1\n/);
  written.kill("SIGKILL");
  const bin = join(root, "packages/cli/bin/qalam.js");
  const line = `set -o pipefail; ${process.execPath} ${bin} logs ${name} | head -2`;
  const read = await collect(spawn("bash", ["-c", line], { env: { ...process.env, QALAM_HOME: home } }));
  expect(read).toEqual({ status: 141, stdout: "1\n2\n", stderr: "" });
  expect((await qalam(["logs", name, "--tail", "1"], { home })).stdout).toBe("loss=1\n");
});
