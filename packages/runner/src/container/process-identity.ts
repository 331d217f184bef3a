import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process that cannot be confused with a later one of the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after boot (Linux), or empty where the system does not tell. */
  readonly startTime: string;
}

/** Reads a line of /proc/<pid>/stat, or a bare process number. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  const pid = Number.parseInt(text, 10);
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  // The command name in parentheses may hold blanks; field 22 is the 20th after it.
  const startTime = text.includes(")") ? (text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "") : "";
  return { pid, startTime };
}

/** True while exactly this process runs. */
export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  try {
    const now = parseIdentity(readFileSync(`/proc/${pid}/stat`, "utf8"));
    return startTime === "" || now?.startTime === startTime;
  } catch {
    return process.platform !== "linux" && isListed(pid);
  }
}

/** Where there is no /proc. */
function isListed(pid: number): boolean {
  try {
    execFileSync("ps", ["-p", String(pid)], { stdio: "ignore" });
    return true;
  } catch {
    return false; // ps knows no such process
  }
}
