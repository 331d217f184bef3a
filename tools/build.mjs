import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./run-command.mjs";

/** Bundles the command line tool, its worker and its launcher into packages/cli/dist: one install-free folder that starts fast. */
export async function build() {
  const { build: bundle } = await import("esbuild");
  const outdir = join(root, "packages/cli/dist");
  rmSync(outdir, { recursive: true, force: true });
  const worker = join(root, "packages/controllers/src/suggestion/sampler-worker.ts");
  await bundle({
    absWorkingDir: root,
    entryPoints: { qalam: "packages/cli/src/main.ts", ...(existsSync(worker) && { "sampler-worker": worker }) },
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    conditions: ["source"],
    external: ["@photostructure/sqlite"],
    sourcemap: "linked",
    chunkNames: "chunk-[hash]",
    logLevel: "warning",
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await build();
