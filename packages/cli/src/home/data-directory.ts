import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** `$QALAM_HOME`, else `qalam` in the XDG data directory. */
export function dataDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env.QALAM_HOME !== undefined && env.QALAM_HOME !== "") return resolve(env.QALAM_HOME);
  return join(env.XDG_DATA_HOME ?? join(homedir(), ".local", "share"), "qalam");
}
