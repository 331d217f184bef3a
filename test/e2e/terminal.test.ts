import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeManifest } from "./manifest.ts";
import { collect, qalam, root, temporaryFolder, untilOutput } from "./qalam-command.ts";

const bin = join(root, "packages/cli/bin/qalam.js");

/** Runs a manifest on a real terminal of the given size; what is written to its standard input is typed. */
function runOnTerminal(home: string, file: string, { columns, rows }: { columns: number; rows: number }): ChildProcess {
  const command = `stty cols ${columns} rows ${rows}; exec '${process.execPath}' '${bin}' run '${file}'`;
  return spawn("script", ["-qec", command, "/dev/null"], {
    cwd: home,
    env: { ...process.env, QALAM_HOME: home, TERM: "xterm" },
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** Lines as they stand there once everything was drawn, without colours. */
function drawn(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are steered by them
  return text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, "").replaceAll("\r", "");
}

describe.skipIf(process.platform !== "linux")("run on a terminal (script of util-linux makes it)", () => {
  it("shows progress, the best so far and the time, in place", async () => {
    const home = temporaryFolder();
    const file = writeManifest(home, { max: 6, parallel: 2 });
    const { status, stdout } = await collect(runOnTerminal(home, file, { columns: 100, rows: 30 }));
    expect(status).toBe(0);
    expect(stdout).toContain("\x1b[?25l"); // the cursor is hidden while a view is drawn over the last one
    expect(stdout.endsWith("\x1b[?25h")).toBe(true);
    expect(drawn(stdout)).toMatch(/6\/6 6 succeeded\n.*elapsed\nbest loss=\S+ {2}x=/);
    expect(drawn(stdout)).not.toMatch(/trial \S+ started/);
  });

  it("writes a line per event where the terminal has no size", async () => {
    const home = temporaryFolder();
    const file = writeManifest(home, { max: 2, parallel: 2 });
    const { status, stdout } = await collect(runOnTerminal(home, file, { columns: 0, rows: 0 }));
    expect(status).toBe(0);
    expect(drawn(stdout).match(/trial \S+ succeeded/g)).toHaveLength(2);
  });

  it("stops the trials when Ctrl-C is typed, and says how to go on", async () => {
    const home = temporaryFolder();
    const file = writeManifest(home, { max: 2, parallel: 2, script: "echo loss=$X; exec sleep 600" });
    const child = runOnTerminal(home, file, { columns: 100, rows: 30 });
    const ended = collect(child);
    await untilOutput(child, /loss/);
    child.stdin?.write("\x03");
    const { status, stdout } = await ended;
    expect(status).toBe(130);
    expect(drawn(stdout)).toMatch(/go on|resume/i);
    const { stdout: trials } = await qalam(["trials", "test", "-o", "json"], { home });
    expect(trials).toMatch(/"test-\w+"/);
    expect(trials).not.toMatch(/Succeeded/);
  });
});
