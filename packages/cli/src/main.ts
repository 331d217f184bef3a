import { setFlagsFromString } from "node:v8";
import { main } from "./program.ts";

// A server lives long and shares its machine with trainings: it takes a third less memory for a twentieth more work.
setFlagsFromString("--optimize-for-size");

// Who reads may stop, as `head` does: then there is nothing left to write for. What is said beside the results is not worth ending for.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 128 + 13 : 1));
process.stderr.on("error", () => {});

await main(process.argv, { stdout: process.stdout, stderr: process.stderr, env: process.env });
