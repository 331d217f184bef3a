import { pathToFileURL } from "node:url";
import { buildKubernetesApiServer } from "./kubernetes-api-server.mjs";
import { ensureNodeModules } from "./node-modules.mjs";

/** Everything a fresh checkout needs before `qalam` runs from it. */
export async function setup() {
  ensureNodeModules();
  const { build } = await import("./build.mjs");
  await build();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await setup();
  if (process.argv.includes("--kubernetes") && buildKubernetesApiServer() === undefined) process.exit(1);
  console.error("Ready. Try: npx qalam run examples/random-forest/experiment.yaml -v examples/random-forest:/app");
}
