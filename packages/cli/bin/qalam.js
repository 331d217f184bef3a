#!/usr/bin/env node
import { existsSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";

const bundle = fileURLToPath(new URL("../dist/qalam.js", import.meta.url));
if (!existsSync(bundle)) {
  console.error("qalam: not built yet; run `npm run setup` in the repository first");
  process.exit(2);
}
module.enableCompileCache?.(); // Node 22 then starts a third faster
await import("../dist/qalam.js");
