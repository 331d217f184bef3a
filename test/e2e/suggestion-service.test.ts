import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EXPERIMENT, type Experiment, hasCondition, TRIAL } from "@qalam/api";
import { Client } from "@qalam/client";
import { expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { EarlyStopping } from "../../packages/grpc/src/generated/katib_pb.ts";
import { unaryClient } from "../../packages/grpc/src/unary-client.ts";
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

it("marks trials that collectors have stopped, in the cluster that a kubeconfig names", async () => {
  const home = temporaryFolder();
  const server = startQalam(["up", "--port", "0"], { home });
  onTestFinished(() => void server.kill("SIGKILL"));
  await untilOutput(server, /Ctrl-C/);
  const kubeconfig = join(home, "kubeconfig");
  const service = startQalam(["serve-suggestion", "--port", "0", "--kubeconfig", kubeconfig], { home });
  onTestFinished(() => void service.kill("SIGKILL"));
  const said = await untilOutput(service, /Ctrl-C/);
  expect(said).toMatch(/Stopped trials are marked in namespace default of http:\/\/127\.0\.0\.1:\d+\n/); // not the token in its path
  const running = qalam(["run", writeManifest(home, { max: 1, parallel: 1, script: "sleep 1000" })], { home });

  const client = new Client({ baseUrl: parse(readFileSync(kubeconfig, "utf8")).clusters[0].cluster.server });
  const stopping = unaryClient(EarlyStopping, /service at (\S+):/.exec(said)?.[1] ?? "");
  onTestFinished(() => stopping.close());
  for await (const { object } of client.watch(TRIAL)) {
    if (!hasCondition(object.status?.conditions, "Running")) continue;
    await stopping.setTrialStatus({ trialName: object.metadata.name }, { timeoutMs: 60_000 });
    break;
  }
  await running;
  const experiment = (await client.get(EXPERIMENT, { namespace: "default", name: "test" })) as Experiment;
  expect(experiment.status).toMatchObject({ trials: 1, trialsEarlyStopped: 1 });
  const missing = await qalam(["serve-suggestion", "--kubeconfig", join(home, "none")], { home });
  expect([missing.status, missing.stderr]).toEqual([2, expect.stringContaining("none cannot be read")]);
});
