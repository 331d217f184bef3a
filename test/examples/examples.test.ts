import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { qalam, root, temporaryFolder } from "../e2e/qalam-command.ts";

const examples = join(root, "examples");
const folders = readdirSync(examples, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
/** Python environments that `npm test` prepares. */
const environments: Readonly<Record<string, string | undefined>> = {
  "random-forest": process.env.QALAM_TEST_PYTHON,
  tensorboard: process.env.QALAM_TEST_PYTHON,
  pytorch: process.env.QALAM_TEST_TORCH,
};

describe("examples", () => {
  for (const folder of folders) {
    const bin = environments[folder];
    it.skipIf(folder in environments && bin === undefined)(
      `${folder}: ends as succeeded with its best trial`,
      async () => {
        const home = temporaryFolder();
        const cwd = join(home, "example");
        cpSync(join(examples, folder), cwd, { recursive: true });
        const result = await qalam(["run", "experiment.yaml", "-v", ".:/app"], {
          home,
          cwd,
          ...(bin !== undefined && { env: { PATH: `${bin}${delimiter}${process.env.PATH}` } }),
        });
        expect(result.stderr + result.stdout).toContain("Best trial");
        expect(result.status).toBe(0);
        const { metadata } = parse(readFileSync(join(cwd, "experiment.yaml"), "utf8")) as {
          metadata: { name: string };
        };
        const { stdout } = await qalam(["best", metadata.name, "-o", "json"], { home });
        expect(
          Number(
            (JSON.parse(stdout) as { observation: { metrics: { latest: string }[] } }).observation.metrics[0]?.latest,
          ),
        ).not.toBeNaN();
      },
    );
  }

  it("has a manifest in every folder", () => {
    for (const folder of folders) expect(existsSync(join(examples, folder, "experiment.yaml"))).toBe(true);
  });
});
