import { setFlagsFromString } from "node:v8";
import { main } from "./program.ts";

// A server lives long and shares its machine with trainings: it collects garbage before its heap has doubled.
setFlagsFromString("--heap-growing-percent=50");

await main(process.argv, { stdout: process.stdout, stderr: process.stderr, env: process.env });
