#!/usr/bin/env node
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const bundle = fileURLToPath(new URL("../dist/qalam.js", import.meta.url));
if (!existsSync(bundle)) {
  console.error("qalam: not built yet; run `npm run setup` in the repository first");
  process.exit(2);
}
await import("../dist/qalam.js");
