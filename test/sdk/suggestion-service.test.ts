import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { writeManifest } from "../e2e/manifest.ts";
import { collect, qalam, root, startQalam, temporaryFolder, untilOutput } from "../e2e/qalam-command.ts";
import { runPython, SDK } from "./sdk-server.ts";

describe.skipIf(SDK === undefined)("a suggestion service in Python", () => {
  it("that of the guide, as printed, makes the suggestions of an experiment and refuses settings", async () => {
    const home = temporaryFolder();
    const guide = readFileSync(join(root, "docs/guide/suggestion-service.md"), "utf8");
    const script = join(home, "service.py");
    writeFileSync(script, /```python\n([\s\S]*?)```/.exec(guide)?.[1] ?? "");
    const service = spawn(join(SDK ?? "", "python"), [script, "localhost:0"]);
    const ended = collect(service);
    onTestFinished(async () => {
      service.kill();
      await ended;
    });
    const address = /serving at (\S+)/.exec(await untilOutput(service, /serving at \S+\n/))?.[1];
    const env = { QALAM_SUGGESTION_SERVICES: `middle=${address}` };
    const file = writeManifest(home, { max: 3, parallel: 1, spec: { algorithm: { algorithmName: "middle" } } });
    const { status, stdout, stderr } = await qalam(["run", file], { home, env });
    expect(stderr).toMatch(/x=0\.5\b/);
    expect(stderr).toMatch(/x=0\.51\b/);
    expect(stderr).toMatch(/x=0\.52\b/);
    expect(stdout).toContain("Trials: 3: 3 succeeded");
    expect(status).toBe(0);
    const algorithm = { algorithmName: "middle", algorithmSettings: [{ name: "a", value: "b" }] };
    const refused = await qalam(["run", writeManifest(home, { name: "bad", spec: { algorithm } })], { home, env });
    expect(refused.stderr).toContain("middle has no settings");
  });
});

describe.skipIf(SDK === undefined)("qalam serve-suggestion, with Katib's Python messages over grpcio", () => {
  it("suggests within the space, goes on from its own reply, and refuses with what is wrong", async () => {
    const service = startQalam(["serve-suggestion", "--port", "0"], { home: temporaryFolder() });
    const ended = collect(service);
    onTestFinished(async () => {
      service.kill("SIGTERM");
      await ended;
    });
    const address = /service at (\S+):/.exec(await untilOutput(service, /Ctrl-C/))?.[1] ?? "";
    const { made, ...others } = await runPython<{ made: { lr: string; optimizer: string }[] }>(
      "suggestion_client.py",
      [address],
      process.env,
    );
    expect(made).toHaveLength(5);
    expect(new Set(made.map(({ lr }) => lr)).size).toBe(5);
    for (const { lr, optimizer } of made) {
      expect(Number(lr)).toBeGreaterThanOrEqual(0.001);
      expect(Number(lr)).toBeLessThanOrEqual(0.1);
      expect(["sgd", "adam"]).toContain(optimizer);
    }
    expect(others).toEqual({
      unknown: ["INVALID_ARGUMENT", expect.stringMatching(/unknown setting "nonsense" for algorithm tpe/)],
      empty: ["INVALID_ARGUMENT", "experiment is missing"],
      rules: 0,
      marked: ["UNIMPLEMENTED", expect.stringMatching(/is not marked as EarlyStopped/)],
    });
  });
});
