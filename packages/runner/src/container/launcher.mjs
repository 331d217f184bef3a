import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

// The program of `Launcher`: starts processes for a server. Plain JavaScript, as it runs as it is, next to the bundle and next to the sources.
const server = process.ppid;

process.on("message", ({ id, argv, cwd, environment, log, state }) => {
  // A server that was killed has a successor that starts this run itself.
  if (process.ppid !== server) process.exit();
  const tell = (report) => process.connected && process.send({ id, ...report });
  let output;
  try {
    mkdirSync(dirname(state.file), { recursive: true });
    writeFileSync(state.file, state.text);
    output = openSync(log, "a", 0o600);
    const [file, ...args] = argv;
    const child = spawn(file, args, { cwd, env: environment, stdio: ["ignore", output, "ignore"], detached: true });
    if (child.pid !== undefined) tell({ pid: child.pid });
    child.once("error", ({ message }) => tell({ error: message }));
    child.once("exit", (code, signal) => tell({ code, signal }));
  } catch (error) {
    tell({ error: error.message }); // such as a full disk, or a NUL byte in an argument
  } finally {
    if (output !== undefined) closeSync(output);
  }
});
process.on("disconnect", () => process.exit());
