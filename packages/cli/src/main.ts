import { boundHeapGrowth } from "./heap-growth.ts";
import { main } from "./program.ts";

boundHeapGrowth();

// Who reads may stop, as `head` does: then there is nothing left to write for. What is said beside the results is not worth ending for.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 128 + 13 : 1));
process.stderr.on("error", () => {});

await main(process.argv, { stdout: process.stdout, stderr: process.stderr, env: process.env });
