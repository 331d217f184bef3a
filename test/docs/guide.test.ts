import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { qalam, root, temporaryFolder } from "../e2e/qalam-command.ts";

const guide = join(root, "../shared/seed/guide.md");
const python = process.env.QALAM_TEST_PYTHON;

/** The code blocks of the guide, by language, as printed. */
function blocks(language: string): string[] {
  return [...readFileSync(guide, "utf8").matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(
    ([, text = ""]) => text,
  );
}

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
});
