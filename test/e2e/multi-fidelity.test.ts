import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeManifest } from "./manifest.ts";
import { collect, qalam, root, startQalam, temporaryFolder, untilOutput } from "./qalam-command.ts";

interface ShownTrial {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly parameterAssignments: readonly { readonly name: string; readonly value: string }[] };
}

async function trialsOf(home: string): Promise<ShownTrial[]> {
  const { stdout } = await qalam(["get", "trials", "-o", "json"], { home });
  return (JSON.parse(stdout) as { items: ShownTrial[] }).items;
}
const labelOf = ({ metadata }: ShownTrial, key: string) =>
  Object.entries(metadata.labels).find(([name]) => name.endsWith(`.suggestion.katib.kubeflow.org/${key}`))?.[1];
const assigned = ({ spec }: ShownTrial, name: string) =>
  Number(spec.parameterAssignments.find((one) => one.name === name)?.value);
/** Hands the training a second parameter. */
function withEpochs(file: string, reference: string): void {
  const more = `reference: x\n      - name: epochs\n        reference: ${reference}\n`;
  writeFileSync(file, readFileSync(file, "utf8").replace("reference: x\n", more));
}

describe("checkpoints", () => {
  it("go from parents to children in population-based training, through a crash of the server", async () => {
    const home = temporaryFolder();
    const cwd = join(home, "example");
    cpSync(join(root, "examples/pbt"), cwd, { recursive: true });
    const command = ["run", "experiment.yaml", "-v", ".:/app"];
    const child = startQalam(command, { home, cwd });
    const ended = collect(child);
    await untilOutput(child, /(succeeded[\s\S]*){8}/);
    child.kill("SIGKILL");
    await ended;
    expect((await qalam(command, { home, cwd })).status).toBe(0);
    const trials = await trialsOf(home);
    expect(trials).toHaveLength(30);
    const stepOf = (trial: string): number =>
      JSON.parse(readFileSync(join(home, "checkpoints/default", trial, "model.json"), "utf8")).step;
    for (const trial of trials) {
      const parent = labelOf(trial, "parent");
      if (labelOf(trial, "generation") === "0") expect(parent).toBeUndefined();
      expect(stepOf(trial.metadata.name)).toBe((parent === undefined ? 0 : stepOf(parent)) + 50);
    }
    expect(Math.max(...trials.map((trial) => Number(labelOf(trial, "generation"))))).toBeGreaterThan(2);
  });

  it("let promoted trials go on from their shorter runs", async () => {
    const home = temporaryFolder();
    const file = writeManifest(home, {
      // Each epoch leaves a line; a promoted trial finds those of its shorter run.
      script:
        'touch /ckpt/epochs; while [ "$(wc -l < /ckpt/epochs)" -lt "$EPOCHS" ]; do echo x >> /ckpt/epochs; echo trained; done; echo loss=$X',
      // Whatever the draws: when a 14th configuration begins, 11 have ended, and the best third of those was promoted before.
      max: 16,
      parallel: 3,
      container: {
        env: [
          { name: "X", value: "${trialParameters.x}" },
          { name: "EPOCHS", value: "${trialParameters.epochs}" },
        ],
      },
      spec: {
        algorithm: {
          algorithmName: "asha",
          algorithmSettings: [
            { name: "resource_name", value: "epochs" },
            { name: "eta", value: "3" },
            { name: "suggestion_trial_dir", value: "/ckpt" },
          ],
        },
        parameters: [
          { name: "x", parameterType: "double", feasibleSpace: { min: "0", max: "1" } },
          { name: "epochs", parameterType: "int", feasibleSpace: { min: "1", max: "9" } },
        ],
      },
    });
    withEpochs(file, "epochs");
    const { status, stderr } = await qalam(["run", file], { home });
    expect(`${status} ${stderr}`).toMatch(/^0 /);
    const promoted = (await trialsOf(home)).filter((trial) => labelOf(trial, "parent") !== undefined);
    expect(promoted.length).toBeGreaterThan(2);
    for (const trial of promoted) {
      const logs = await qalam(["logs", trial.metadata.name], { home });
      const epochs = assigned(trial, "epochs");
      expect(logs.stdout.match(/trained/g)).toHaveLength(epochs - epochs / 3);
    }
  });
});

describe("hyperband", () => {
  it("takes the settings of Katib's example, whose r_l is above the range of its resource", async () => {
    const home = temporaryFolder();
    const file = writeManifest(home, {
      max: 4,
      container: { env: [{ name: "X", value: "${trialParameters.x} ${trialParameters.epochs}" }] },
      script: "echo loss=${X% *}",
      spec: {
        algorithm: {
          algorithmName: "hyperband",
          algorithmSettings: [
            { name: "resource_name", value: "num-epochs" },
            { name: "eta", value: "2" },
            { name: "r_l", value: "2" },
          ],
        },
        parameters: [
          { name: "x", parameterType: "double", feasibleSpace: { min: "0", max: "1" } },
          { name: "num-epochs", parameterType: "int", feasibleSpace: { min: "1", max: "1" } },
        ],
      },
    });
    withEpochs(file, "num-epochs");
    const { status, stderr } = await qalam(["run", file], { home });
    expect(`${status} ${stderr}`).toMatch(/^0 /);
    const epochs = (await trialsOf(home)).map((trial) => assigned(trial, "num-epochs"));
    expect(epochs.sort()).toEqual([1, 1, 2, 2]);
  });

  it("is refused with a resource that is no parameter", async () => {
    const home = temporaryFolder();
    const settings = [
      { name: "resource_name", value: "epochs" },
      { name: "r_l", value: "9" },
    ];
    const file = writeManifest(home, {
      spec: { algorithm: { algorithmName: "hyperband", algorithmSettings: settings } },
    });
    const { status, stderr } = await qalam(["run", file], { home });
    expect(status).toBe(2);
    expect(stderr).toContain('resource_name: there is no parameter "epochs"; the parameters are x');
  });
});

describe("dehb", () => {
  it("promotes in its first bracket and then breeds, through a crash of the server", async () => {
    const home = temporaryFolder();
    const file = writeManifest(home, {
      max: 33,
      parallel: 3,
      container: { env: [{ name: "X", value: "${trialParameters.x} ${trialParameters.epochs}" }] },
      script: "echo loss=${X% *}",
      spec: {
        algorithm: { algorithmName: "dehb", algorithmSettings: [{ name: "resource_name", value: "epochs" }] },
        parameters: [
          { name: "x", parameterType: "double", feasibleSpace: { min: "0", max: "1" } },
          { name: "epochs", parameterType: "int", feasibleSpace: { min: "1", max: "9" } },
        ],
      },
    });
    withEpochs(file, "epochs");
    const child = startQalam(["run", file], { home });
    const ended = collect(child);
    await untilOutput(child, /(succeeded[\s\S]*){14}/);
    child.kill("SIGKILL");
    await ended;
    const { status, stderr } = await qalam(["run", file], { home });
    expect(`${status} ${stderr}`).toMatch(/^0 /);
    const trials = await trialsOf(home);
    // Two passes through the brackets of 9 + 3 + 1, 5 + 1 and 3 trials, and the first rung of a third one.
    const counts = (bracket: string) =>
      trials.filter((trial) => labelOf(trial, "bracket") === bracket).map((trial) => assigned(trial, "epochs"));
    expect(counts("0").sort()).toEqual([...Array(9).fill(1), 3, 3, 3, 9]);
    expect(counts("1").sort()).toEqual([3, 3, 3, 3, 3, 9]);
    expect(counts("2")).toEqual([9, 9, 9]);
    const best = trials
      .filter((trial) => labelOf(trial, "bracket") === "0" && labelOf(trial, "rung") === "0")
      .map((trial) => assigned(trial, "x"))
      .sort((a, b) => a - b);
    const promoted = trials.filter((trial) => labelOf(trial, "bracket") === "0" && labelOf(trial, "rung") === "1");
    expect(promoted.map((trial) => assigned(trial, "x")).sort((a, b) => a - b)).toEqual(best.slice(0, 3));
    for (const trial of promoted) expect(labelOf(trial, "parent")).toBeDefined();
  });
});
