import type { ChildProcess } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { writeManifest } from "./manifest.ts";
import { collect, qalam, startQalam, temporaryFolder, untilOutput } from "./qalam-command.ts";

/** A server in a process of its own, on any free port. */
async function up(home: string): Promise<ChildProcess> {
  const server = startQalam(["up", "--port", "0", "--grpc-port", "0"], { home });
  onTestFinished(() => void server.kill("SIGKILL"));
  await untilOutput(server, /Serving/);
  return server;
}

async function end(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  const output = collect(child);
  child.kill(signal);
  await output;
}

/** A command whose output is read as it comes. */
function follow(home: string, args: readonly string[]) {
  const child = startQalam(args, { home });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = collect(child); // from its beginning: it may end while the test waits for something else
  let text = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { child, ended, text: () => text };
}

describe("a command that watches", () => {
  it("goes on when the server is stopped and started again elsewhere, with nothing told again", async () => {
    const home = temporaryFolder();
    const first = await up(home);
    const { child, text } = follow(home, ["get", "experiments", "--watch", "-o", "name"]);
    const manifest = (name: string) =>
      writeManifest(home, { name, max: 1, parallel: 1, script: "echo loss=1; echo end=1" });
    const shown = untilOutput(child, /experiment\S*\/before/);
    await qalam(["run", manifest("before")], { home });
    await shown;
    const waits = untilOutput(child, /does not answer; this goes on when it is started again/);
    await end(first, "SIGTERM");
    await waits;
    const told = text().length;
    const second = await up(home);
    const after = untilOutput(child, /experiment\S*\/after/);
    await qalam(["run", manifest("after")], { home });
    await after;
    await end(child, "SIGTERM");
    await end(second, "SIGTERM");
    expect(text().slice(told)).not.toContain("/before");
  });

  it("follows a log over a server that is killed, without a line twice or missing", async () => {
    const home = temporaryFolder();
    const first = await up(home);
    const script = "i=0; while [ $$i -lt 40 ]; do i=$$((i+1)); echo line $$i; sleep 0.1; done; echo loss=1";
    const run = follow(home, ["run", writeManifest(home, { name: "long", max: 1, parallel: 1, script })]);
    await untilOutput(run.child, /started/);
    const { stdout } = await qalam(["get", "trials", "-o", "name"], { home });
    const name = stdout.trim().split("/")[1] ?? "";
    const log = follow(home, ["logs", name, "-f"]);
    await untilOutput(log.child, /line 2\n/);
    await end(first, "SIGKILL");
    const second = await up(home);
    await log.ended;
    expect(log.text().trim().split("\n").slice(0, 40)).toEqual(Array.from({ length: 40 }, (_, i) => `line ${i + 1}`));
    await run.ended;
    expect(run.child.exitCode).toBe(0);
    await end(second, "SIGTERM");
  });
});

describe("a run that another run serves", () => {
  /** Waits for a file before it ends, so that it runs while the other command ends. */
  const waiting = (name: string) => `echo ran >> ${name}; while [ ! -e go ]; do sleep 0.05; done; echo loss=$X`;

  it.each(["ends", "is killed"])("goes on when that one %s: its trainings run on, each once", async (how) => {
    const home = temporaryFolder();
    const host = follow(home, [
      "run",
      writeManifest(home, { name: "host", max: 1, parallel: 1, script: waiting("host.ran").replace("go", "end") }),
    ]);
    await untilOutput(host.child, /started/);
    const guest = follow(home, [
      "run",
      writeManifest(home, { name: "guest", max: 4, parallel: 2, script: waiting("guest.ran") }),
    ]);
    await untilOutput(guest.child, /started.*\n.*started/);
    if (how === "ends") writeFileSync(join(home, "end"), "");
    else host.child.kill("SIGKILL");
    await host.ended;
    writeFileSync(join(home, "go"), "");
    const { status, stderr } = await guest.ended;
    expect([status, stderr]).toEqual([0, expect.stringContaining("guest succeeded")]);
    expect(readFileSync(join(home, "guest.ran"), "utf8").trim().split("\n")).toHaveLength(4);
    writeFileSync(join(home, "end"), "");
  });
});
