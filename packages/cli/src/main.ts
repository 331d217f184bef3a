import { main } from "./program.ts";

await main(process.argv, { stdout: process.stdout, stderr: process.stderr, env: process.env });
