import { existsSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { qalam, temporaryFolder } from "../e2e/qalam-command.ts";
import { blocks, guide } from "./guide-blocks.ts";

const python = process.env.QALAM_TEST_PYTHON;

describe.skipIf(!existsSync(guide))("the guide", () => {
  it.skipIf(python === undefined)(
    "its random search runs unmodified with its train.py: 20 trials and the best accuracy",
    async () => {
      const home = temporaryFolder();
      writeFileSync(join(home, "experiment-random-search.yaml"), blocks("yaml")[0] ?? "");
      writeFileSync(join(home, "train.py"), blocks("python")[0] ?? "");
      const result = await qalam(["run", "experiment-random-search.yaml", "-v", ".:/app"], {
        home,
        env: { PATH: `${python}${delimiter}${process.env.PATH}` },
      });
      expect(result.stdout).toContain("Trials: 20: 20 succeeded");
      expect(result.stdout).toMatch(/accuracy=0\.(8|9)\d+/);
      expect(result.status).toBe(0);
    },
  );

  it.skipIf(python === undefined)(
    "its early stopping, with its filter as printed, stops bad trials of an experiment that reports each epoch",
    async () => {
      const home = temporaryFolder();
      const printed = blocks("yaml");
      const experiment = parse(printed[0] ?? "") as { spec: object };
      const addition = parse(printed.find((text) => text.includes("earlyStopping:")) ?? "") as { spec: object };
      const merged = { ...experiment, spec: { ...experiment.spec, ...addition.spec } };
      writeFileSync(join(home, "experiment.yaml"), stringify(merged));
      writeFileSync(join(home, "train.py"), EPOCHS);
      const result = await qalam(["run", "experiment.yaml", "-v", ".:/app"], {
        home,
        env: { PATH: `${python}${delimiter}${process.env.PATH}` },
      });
      expect(result.stdout).toMatch(/Trials: 20: \d+ succeeded, \d+ stopped early/);
      expect(result.status).toBe(0);
      const { stdout } = await qalam(["get", "trials", "-n", "kubeflow", "-o", "json"], { home });
      const { items } = JSON.parse(stdout) as {
        items: { status: { conditions: { type: string; message: string }[] } }[];
      };
      const stopped = items.map(({ status }) => status.conditions.at(-1)).filter((one) => one?.type === "EarlyStopped");
      expect(stopped.length).toBeGreaterThan(0);
      for (const condition of stopped) expect(condition?.message).toMatch(/median/);
    },
  );
});

/** Prints what the guide's train_with_early_stopping.py prints; how good it gets is the learning rate's doing. */
const EPOCHS = `
import sys, time
rate = next(float(word.split("=")[1]) for word in sys.argv if word.startswith("--learning-rate"))
for epoch in range(30):
    time.sleep(0.02)  # the training of an epoch
    print(f"epoch={epoch}")
    print(f"loss={1 - rate * 10 * epoch / 30:.4f}")
    print(f"accuracy={rate * 9 * epoch / 30:.4f}")
`;
