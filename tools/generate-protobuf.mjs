import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { mustRun, root } from "./run-command.mjs";

// Writes packages/<package>/src/generated from packages/<package>/proto. Run it after a change there; what it writes is committed, so that users need no generator.
for (const name of ["grpc", "server"]) {
  const output = `packages/${name}/src/generated`;
  rmSync(join(root, output), { recursive: true, force: true });
  const template = {
    version: "v2",
    plugins: [{ local: "node_modules/.bin/protoc-gen-es", out: output, opt: ["target=ts", "import_extension=ts"] }],
  };
  mustRun("node_modules/.bin/buf", ["generate", `packages/${name}/proto`, "--template", JSON.stringify(template)]);
  console.log(readdirSync(join(root, output)).join("\n"));
}
