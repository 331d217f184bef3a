import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { qalam, root, temporaryFolder } from "../e2e/qalam-command.ts";

const guide = join(root, "../shared/seed/guide.md");

/** What the guide's "same as before" stands for, with a training that prints its accuracy at once: best at 0.05 and 0.3. */
const TEMPLATE = {
  primaryContainerName: "training",
  trialParameters: ["learning-rate", "batch-size", "dropout-rate"].map((reference) => ({
    name: reference.replace(/-r/, "R").replace(/-s/, "S"),
    reference,
  })),
  trialSpec: {
    apiVersion: "batch/v1",
    kind: "Job",
    spec: {
      template: {
        spec: {
          restartPolicy: "Never",
          containers: [
            {
              name: "training",
              image: "your-registry/katib-training:v1",
              command: [
                "awk",
                "-v",
                "rate=${trialParameters.learningRate}",
                "-v",
                "batch=${trialParameters.batchSize}",
                "-v",
                "dropout=${trialParameters.dropoutRate}",
                'BEGIN { print "accuracy=" 1 - (10 * rate - 0.5) ^ 2 - (dropout - 0.3) ^ 2 - batch / 1000 }',
              ],
            },
          ],
        },
      },
    },
  },
};

interface Trial {
  readonly metadata: { readonly annotations: Record<string, string> };
  readonly spec: { readonly parameterAssignments: readonly { readonly value: string }[] };
}

describe.skipIf(!existsSync(guide))("the guide's experiment-bayesian.yaml", () => {
  it("runs to the end with its settings as printed", async () => {
    const home = temporaryFolder();
    const printed = /```yaml\n(# experiment-bayesian\.yaml[\s\S]*?)```/.exec(readFileSync(guide, "utf8"))?.[1] ?? "";
    const experiment = parse(printed) as { spec: { algorithm: { algorithmSettings: object[] } } };
    expect(experiment.spec.algorithm.algorithmSettings).toHaveLength(5);
    const spec = { ...experiment.spec, maxTrialCount: 14, trialTemplate: TEMPLATE };
    writeFileSync(join(home, "experiment-bayesian.yaml"), stringify({ ...experiment, spec }));

    const { stdout, stderr, status } = await qalam(["run", "experiment-bayesian.yaml"], { home });

    expect(stderr).not.toMatch(/error/i);
    expect(stdout).toContain("Trials: 14: 14 succeeded");
    expect(status).toBe(0);
    const listed = await qalam(["get", "trials", "-n", "kubeflow", "-o", "json"], { home });
    const { items } = JSON.parse(listed.stdout) as { items: Trial[] };
    const values = items.map((trial) => trial.spec.parameterAssignments.map(({ value }) => value).join(" "));
    expect(new Set(values).size).toBe(14);
    const origins = items.map(({ metadata }) => metadata.annotations["qalam.dev/origin"] ?? "");
    expect(origins.filter((origin) => origin === "bayesianoptimization: initial point")).toHaveLength(10);
    expect(origins.filter((origin) => /: GP, (EI|LCB|PI) by gp_hedge$/.test(origin))).toHaveLength(4);
  });
});
