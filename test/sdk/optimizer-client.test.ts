import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { stringify } from "yaml";
import { newKubeconfig } from "../../packages/cli/src/kubeconfig.ts";
import { ask } from "../differential/exchange.ts";
import { experiment } from "../differential/exchanges/objects.ts";
import { startQalamServer } from "../differential/qalam-server.ts";
import { writeManifest } from "../e2e/manifest.ts";
import { qalam, temporaryFolder } from "../e2e/qalam-command.ts";
import { KUBEFLOW_SDK, runPython, startSdkServer } from "./sdk-server.ts";

const EXPERIMENTS = "/apis/kubeflow.org/v1beta1/namespaces/default/experiments";

/** A server without controllers, on which experiments stay without trials, and a kubeconfig that leads to it. */
async function serverWithExperiments() {
  const { endpoint, stop } = await startQalamServer((error) => console.error(error));
  onTestFinished(stop);
  const post = async (method: string, path: string, body: unknown) => {
    const { status, body: answer } = await ask(endpoint, { method, path, body });
    expect([status, answer]).toEqual([method === "POST" ? 201 : 200, expect.anything()]);
    return answer;
  };
  const state = { lastTransitionTime: "2026-01-01T00:00:00Z", lastUpdateTime: "2026-01-01T00:00:00Z", reason: "R" };
  for (const [name, type] of [["idle"], ["done", "Succeeded"], ["failed", "Failed"]] as const) {
    const stored = await post("POST", EXPERIMENTS, experiment(name));
    const conditions = [{ ...state, type, status: "True" }];
    if (type !== undefined) await post("PUT", `${EXPERIMENTS}/${name}/status`, { ...stored, status: { conditions } });
  }
  await post("POST", "/api/v1/namespaces/default/events", {
    metadata: { name: "e" },
    involvedObject: { kind: "Experiment", name: "idle", namespace: "default" },
    reason: "ExperimentCreated",
    message: "made",
    type: "Normal",
    firstTimestamp: "2026-01-01T00:00:00Z",
  });
  const file = join(temporaryFolder(), "kubeconfig");
  writeFileSync(file, stringify(newKubeconfig({ ...endpoint, certificate: undefined })), { mode: 0o600 });
  return { ...process.env, KUBECONFIG: file };
}

describe.skipIf(KUBEFLOW_SDK === undefined)("the Kubeflow SDK's OptimizerClient", () => {
  it("does what it says as long as there are no trials", async () => {
    const env = await serverWithExperiments();
    expect(await runPython("optimizer_client.py", [], env, KUBEFLOW_SDK)).toEqual({
      jobs: ["done", "failed", "idle"],
      job: {
        name: "idle",
        space: { lr: { min: 0.1, max: 1, distribution: "uniform" } },
        objectives: [["loss", "minimize"]],
        algorithm: "RandomSearch",
        config: { num_trials: 3, parallel_trials: 2, max_failed_trials: 1 },
        trials: 0,
        status: "Created",
      },
      waited: "Created",
      called_back: ["idle"],
      complete: "Complete",
      failed: "RuntimeError: OptimizationJob failed is Failed <- None",
      best: null,
      logs: [],
      events: [["Experiment", "ExperimentCreated", "made"]],
      unknown: expect.stringMatching(/^RuntimeError: Failed to get OptimizationJob: default\/none <- \(404\)/),
      deleted: null,
      gone: expect.stringMatching(/^RuntimeError: Failed to get OptimizationJob: default\/idle <- \(404\)/),
    });
  });

  it("reads experiments, trials and suggestions with its models, wants a TrainJob for each trial, and deletes", async () => {
    const { home, env } = await startSdkServer();
    expect((await qalam(["run", writeManifest(home)], { home })).status).toBe(0);
    const results = await runPython<Record<string, string & string[]>>(
      "optimizer_client_trials.py",
      [],
      env,
      KUBEFLOW_SDK,
    );
    expect(results.trials).toHaveLength(2);
    expect(results.trials).toContain(results.best);
    expect(results.assigned).toBe(2);
    for (const call of ["job", "results"]) expect(results[call]).toMatch(/RuntimeError: Failed to .*(TrainJob|Trials)/);
    expect(results.optimize).toContain(
      'spec.trialTemplate.trialSpec.kind: Unsupported value: \\"TrainJob\\": this home runs Job and Pod',
    );
    expect(results.deleted).toBeNull();
    expect(JSON.parse((await qalam(["get", "experiments", "-o", "json"], { home })).stdout).items).toEqual([]);
  });
});
