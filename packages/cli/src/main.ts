import { boundHeapGrowth } from "./heap-growth.ts";
import { main } from "./program.ts";

boundHeapGrowth();

// Who reads may stop, as `head` does: then there is nothing left to write for, unless the command has something to bring to an end first.
// What is said beside the results is not worth ending for.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (process.stdout.listenerCount("error") === 1) process.exit(error.code === "EPIPE" ? 128 + 13 : 1);
});
process.stderr.on("error", () => {});

await main(process.argv, { stdout: process.stdout, stderr: process.stderr, env: process.env });
