import { expect, it, onTestFinished } from "vitest";
import { writeManifest } from "./manifest.ts";
import { collect, qalam, startQalam, temporaryFolder, untilOutput } from "./qalam-command.ts";

it("runs an experiment with a search algorithm of another process, validated at submit time", async () => {
  const home = temporaryFolder();
  const service = startQalam(["serve-suggestion", "--port", "0"], { home });
  const output = collect(service);
  onTestFinished(async () => {
    service.kill("SIGTERM");
    expect((await output).status).toBe(0);
  });
  const address = /service at (\S+):/.exec(await untilOutput(service, /Ctrl-C/))?.[1];
  const flag = ["--suggestion-service", `sobol=${address}`];
  const spec = { algorithm: { algorithmName: "sobol" } };
  const file = writeManifest(home, { max: 5, spec });
  const { status, stdout } = await qalam(["run", ...flag, file], { home });
  expect(stdout).toContain("Trials: 5: 5 succeeded");
  expect(status).toBe(0);
  const { stdout: suggestion } = await qalam(["get", "suggestion", "test", "-o", "json"], { home });
  expect(suggestion).toContain(`suggestion service sobol at ${address}`);
  const values = JSON.parse((await qalam(["trials", "test", "-o", "json"], { home })).stdout) as {
    spec: { parameterAssignments: { value: string }[] };
  }[];
  expect(new Set(values.map(({ spec: one }) => one.parameterAssignments[0]?.value)).size).toBe(5);

  const bad = { algorithm: { algorithmName: "sobol", algorithmSettings: [{ name: "unknown", value: "1" }] } };
  const refused = await qalam(["run", ...flag, writeManifest(home, { name: "bad", spec: bad })], { home });
  expect(refused.stderr).toMatch(/suggestion service sobol at \S+: unknown setting "unknown"/);
  expect(refused.status).not.toBe(0);
  const unknown = await qalam(["run", "--suggestion-service", "mine", file], { home });
  expect(unknown.stderr).toContain("suggestion service mine: write NAME=HOST:PORT");
  expect(unknown.status).toBe(2);
});
