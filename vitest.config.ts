import { defineConfig } from "vitest/config";

/** Tests run on the TypeScript sources (`source` export condition), so only the end-to-end tests need the built command. */
const resolve = { conditions: ["source"] };

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        resolve,
        ssr: { resolve },
        test: { name: "packages", include: ["packages/*/test/**/*.test.ts"], testTimeout: 30_000 },
      },
      {
        resolve,
        ssr: { resolve },
        test: { name: "end to end", include: ["test/**/*.test.ts"], testTimeout: 240_000, hookTimeout: 120_000 },
      },
    ],
  },
});
