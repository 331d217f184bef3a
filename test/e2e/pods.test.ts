import { expect, it } from "vitest";
import { type ManifestOptions, writeManifest } from "./manifest.ts";
import { qalam, temporaryFolder } from "./qalam-command.ts";

/** Runs one trial. @returns its last condition's message, and a function that reads a log of it */
async function runOne(options: ManifestOptions) {
  const home = temporaryFolder();
  const file = writeManifest(home, { max: 1, parallel: 1, ...options });
  const { status } = await qalam(["run", file], { home });
  const { stdout } = await qalam(["get", "trials", "-o", "json"], { home });
  const [trial] = (JSON.parse(stdout) as { items: { metadata: { name: string }; status: { conditions: object[] } }[] })
    .items;
  const name = trial?.metadata.name ?? "";
  return {
    status,
    condition: trial?.status.conditions.at(-1) as { type: string; message: string } | undefined,
    logs: (...flags: string[]) => qalam(["logs", name, ...flags], { home }),
  };
}

/** A template that runs a Pod without a Job. */
function podTemplate(script: string) {
  const containers = [{ name: "main", image: "busybox", command: ["sh", "-c", script, "${trialParameters.x}"] }];
  return {
    trialTemplate: {
      primaryContainerName: "main",
      successCondition: 'status.[@this].#(phase=="Succeeded")#',
      failureCondition: 'status.[@this].#(phase=="Failed")#',
      trialParameters: [{ name: "x", reference: "x" }],
      trialSpec: { apiVersion: "v1", kind: "Pod", spec: { restartPolicy: "Never", containers } },
    },
  };
}

it("a trial that runs a Pod: its output stays readable, and how it failed is told", async () => {
  const good = await runOne({ spec: podTemplate("echo loss=1") });
  expect(good.condition?.type).toBe("Succeeded");
  expect((await good.logs()).stdout).toBe("loss=1\n");
  const bad = await runOne({ spec: podTemplate("echo no luck; exit 4") });
  expect(bad.condition).toMatchObject({
    type: "Failed",
    message: expect.stringContaining("container main exited with status 4: no luck"),
  });
});

it("logs are of the last attempt", async () => {
  const script = "echo x >> attempts; test $(wc -l < attempts) -ge 4 && echo loss=4";
  const { status, logs } = await runOne({ job: { backoffLimit: 5 }, script });
  expect(status).toBe(0);
  expect((await logs()).stdout).toBe("loss=4\n");
});

it("a device that this machine has none of is said to be missing, and why there is no log", async () => {
  const { condition, logs } = await runOne({ container: { resources: { limits: { "example.com/fpga": 1 } } } });
  expect(condition?.message).toContain("this machine can never run it: example.com/fpga 1 requested, 0 here");
  expect((await logs()).stderr).toContain("has no output of that run: this machine can never run it");
  expect((await logs("-c", "mian")).stderr).toContain('has no container "mian"; it has main');
});
