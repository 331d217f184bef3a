import { defineConfig } from "vitest/config";

/** Tests run on the TypeScript sources (`source` export condition), so no build is needed before them. */
export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: { include: ["packages/*/test/**/*.test.ts"], testTimeout: 30_000, pool: "forks", maxWorkers: 2 },
});
