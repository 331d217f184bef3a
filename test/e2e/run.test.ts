import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeManifest } from "./manifest.ts";
import { collect, qalam, startQalam, temporaryFolder, untilOutput } from "./qalam-command.ts";

interface ExportedTrial {
  readonly trial: string;
  readonly state: string;
  readonly x: string;
  readonly loss: string;
}

async function trialsOf(home: string, name = "test"): Promise<ExportedTrial[]> {
  const { stdout } = await qalam(["export", name, "--format", "json"], { home });
  return JSON.parse(stdout) as ExportedTrial[];
}

describe("qalam run", () => {
  it("runs an experiment to its end and shows the best trial with its parameters and metrics", async () => {
    const home = temporaryFolder();
    const result = await qalam(["run", writeManifest(home, { max: 6, parallel: 3 })], { home });
    expect(result.stderr).toContain("experiment default/test created");
    expect(result.status).toBe(0);
    const trials = await trialsOf(home);
    expect(trials).toHaveLength(6);
    expect(trials.every(({ state, x, loss }) => state === "succeeded" && x === loss)).toBe(true);
    const best = [...trials].sort((a, b) => Number(a.loss) - Number(b.loss))[0];
    expect(result.stdout).toContain(`Best trial: ${best?.trial}  loss=${best?.loss}`);
  });

  it("goes on with the same file: nothing runs twice", async () => {
    const home = temporaryFolder();
    const file = writeManifest(home, {
      script: "echo r >> runs; echo loss=$X",
    });
    await qalam(["run", file], { home });
    const again = await qalam(["run", file], { home });
    expect(again.stderr).toContain("finished before");
    expect(again.status).toBe(0);
    expect(readFileSync(join(home, "runs"), "utf8").trim().split("\n")).toHaveLength(2);
  });

  it("refuses another experiment under the same name and says what to do", async () => {
    const home = temporaryFolder();
    await qalam(["run", writeManifest(home)], { home });
    const other = await qalam(
      ["run", writeManifest(home, { spec: { objective: { type: "maximize", objectiveMetricName: "loss" } } })],
      { home },
    );
    expect(other.status).toBe(2);
    expect(other.stderr).toContain("spec.objective: only maxTrialCount");
    expect(other.stderr).toContain("qalam delete experiment test -n default");
  });

  it("refuses more trials for an ended experiment whose policy does not let it go on, and leaves it as it is", async () => {
    const home = temporaryFolder();
    await qalam(["run", writeManifest(home)], { home });
    const more = await qalam(["run", writeManifest(home, { max: 4 })], { home });
    expect(more.status).toBe(2);
    expect(more.stderr).toMatch(/spec\.resumePolicy: the experiment has ended/);
    const { stdout } = await qalam(["get", "experiment", "test", "-o", "json"], { home });
    expect((JSON.parse(stdout) as { spec: { maxTrialCount: number } }).spec.maxTrialCount).toBe(2);
  });

  it("makes more trials of an ended experiment whose policy keeps it", async () => {
    const home = temporaryFolder();
    const spec = { resumePolicy: "LongRunning" };
    await qalam(["run", writeManifest(home, { spec })], { home });
    const more = await qalam(["run", writeManifest(home, { spec, max: 4 })], { home });
    expect(more.status).toBe(0);
    expect(await trialsOf(home)).toHaveLength(4);
  });

  it("says that an experiment was stopped and resumed elsewhere; an edit obeys the rules of the counts", async () => {
    const home = temporaryFolder();
    const script = "while [ ! -e go ]; do sleep 0.05; done; echo loss=$X";
    const run = startQalam(["run", writeManifest(home, { max: 3, parallel: 1, script })], { home });
    const ended = collect(run);
    await untilOutput(run, /started/);
    const paused = untilOutput(run, /experiment test paused; go on with: qalam resume test -n default/);
    expect((await qalam(["stop", "test"], { home })).status).toBe(0);
    await paused;
    const wrong = await qalam(["edit", "test", "--parallel-trial-count", "4"], { home });
    expect(wrong).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("spec.parallelTrialCount: should be less"),
    });
    expect((await qalam(["edit", "test", "--max-trial-count", "2"], { home })).status).toBe(0);
    const resumed = untilOutput(run, /experiment test resumed/);
    await qalam(["resume", "test"], { home });
    await resumed;
    writeFileSync(join(home, "go"), "");
    expect((await ended).status).toBe(0);
    expect(await trialsOf(home)).toHaveLength(2);
  });

  it("reads manifests from standard input and folders", async () => {
    const home = temporaryFolder();
    const folder = join(home, "manifests");
    mkdirSync(folder);
    writeFileSync(join(folder, "train.py"), "not a manifest");
    const text = readFileSync(writeManifest(folder, { max: 1, parallel: 1 }));
    expect((await qalam(["run", folder], { home })).status).toBe(0);
    const other = text.toString().replace("name: test", "name: piped");
    const piped = await qalam(["run", "-"], { home, input: other });
    expect(piped.stderr).toContain("experiment default/piped created");
    expect(piped.status).toBe(0);
  });

  it("keeps two experiments of one name in two namespaces apart", async () => {
    const home = temporaryFolder();
    const files = [
      writeManifest(home, { namespace: "a", script: "echo loss=1" }),
      writeManifest(home, { namespace: "b", script: "echo loss=2" }),
    ];
    expect((await qalam(["run", ...files], { home })).status).toBe(0);
    for (const [namespace, loss] of [
      ["a", "1"],
      ["b", "2"],
    ] as const) {
      const { stdout } = await qalam(["best", "test", "-n", namespace, "-o", "json"], { home });
      expect(JSON.parse(stdout).observation.metrics[0].latest).toBe(loss);
    }
    expect((await qalam(["best", "test"], { home })).stderr).toContain("say which with -n");
  });

  it("maps container paths to host folders and runs in the folder it was called in", async () => {
    const home = temporaryFolder();
    writeFileSync(join(home, "train.sh"), 'echo "in $PWD"; echo loss=$1\n');
    const file = writeManifest(home, { command: ["sh", "/app/train.sh", "${trialParameters.x}"], max: 1, parallel: 1 });
    const result = await qalam(["run", file, "-v", ".:/app"], { home });
    expect(result.status).toBe(0);
    const [trial] = await trialsOf(home);
    expect((await qalam(["logs", trial?.trial ?? ""], { home })).stdout).toContain(`in ${home}`);
  });

  it("pauses on Ctrl-C, says how to go on, and goes on with exactly the trials that are missing", async () => {
    const home = temporaryFolder();
    const file = writeManifest(home, {
      max: 6,
      parallel: 2,
      script: "if [ -e go ]; then echo loss=$X; else sleep 1000; fi",
    });
    const child = startQalam(["run", file], { home });
    const output = collect(child);
    await untilOutput(child, /started[\s\S]*started/);
    child.kill("SIGINT");
    const { status, stderr } = await output;
    expect(status).toBe(130);
    expect(stderr).toContain("qalam resume test -n default");
    writeFileSync(join(home, "go"), "");
    const resumed = await qalam(["run", file], { home });
    expect(resumed.stderr).toContain("resumed");
    expect(resumed.status).toBe(0);
    const trials = await trialsOf(home);
    expect(trials.map(({ state }) => state)).toEqual(Array(6).fill("succeeded"));
  });

  it("writes resources as JSON lines with -o json", async () => {
    const home = temporaryFolder();
    const { stdout } = await qalam(["run", writeManifest(home), "-o", "json"], { home });
    const kinds = stdout
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { kind: string }).kind);
    expect(new Set(kinds)).toEqual(new Set(["Experiment", "Trial"]));
  });

  it("applies ConfigMaps and experiments of one file together", async () => {
    const home = temporaryFolder();
    const file = writeManifest(home, { max: 1, parallel: 1 });
    const template =
      "apiVersion: batch/v1\nkind: Job\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n      containers: [{ name: main, command: [sh, -c, 'echo loss=${trialParameters.x}'] }]\n";
    const experiment = readFileSync(file, "utf8").replace(
      / {4}trialSpec:[\s\S]*$/,
      '    successCondition: \'status.conditions.#(type=="Complete")#|#(status=="True")#\'\n    failureCondition: \'status.conditions.#(type=="Failed")#|#(status=="True")#\'\n    configMap: { configMapName: templates, configMapNamespace: default, templatePath: job.yaml }\n',
    );
    const map = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: templates, namespace: default }\ndata:\n  job.yaml: |\n${template.replace(/^/gm, "    ")}`;
    writeFileSync(file, `${experiment}---\n${map}`);
    const result = await qalam(["run", file], { home });
    expect(result.stderr).toContain("configmap default/templates created");
    expect(result.status).toBe(0);
  });

  it("stops the other trials when the goal is reached, and counts them before it shows the result", async () => {
    const home = temporaryFolder();
    const script = "if mkdir first; then echo loss=0; else sleep 1000; fi";
    const spec = { objective: { type: "minimize", goal: 0, objectiveMetricName: "loss" } };
    const { stdout, status } = await qalam(["run", writeManifest(home, { max: 9, parallel: 3, script, spec })], {
      home,
    });
    expect(status).toBe(0);
    expect(stdout).toContain("Objective goal has reached");
    expect(stdout).toContain("Trials: 3: 1 succeeded, 2 killed");
  });

  it("ends an exhausted grid as succeeded", async () => {
    const home = temporaryFolder();
    const spec = {
      algorithm: { algorithmName: "grid" },
      maxTrialCount: undefined,
      parameters: [{ name: "x", parameterType: "int", feasibleSpace: { min: "1", max: "4" } }],
    };
    const { stdout, status } = await qalam(["run", writeManifest(home, { spec })], { home });
    expect(status).toBe(0);
    expect(stdout).toContain("Trials: 4: 4 succeeded");
    expect(existsSync(join(home, "qalam.db"))).toBe(true);
  });
});
