import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process that cannot be confused with a later one of the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after boot (Linux), or empty where the system does not tell. */
  readonly startTime: string;
}

/** States of /proc/<pid>/stat in which a process runs no more. */
const overStates = new Set(["Z", "X", "x"]);

/** Reads a line of /proc/<pid>/stat, or a bare process number. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  const pid = Number.parseInt(text, 10);
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  return { pid, startTime: statFields(text)[19] ?? "" };
}

/** True while exactly this process runs. */
export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  try {
    const fields = statFields(readFileSync(`/proc/${pid}/stat`, "utf8"));
    return (startTime === "" || fields[19] === startTime) && !overStates.has(fields[0] ?? "");
  } catch {
    return process.platform !== "linux" && isListed(pid);
  }
}

/** Names the time since the machine was started last: process numbers and start times of another one mean nothing. Empty where the system does not tell. */
export function bootId(): string {
  knownBootId ??= readBootId();
  return knownBootId;
}

let knownBootId: string | undefined;

function readBootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return ""; // not Linux
  }
}

/** The process group in a line of /proc/<pid>/stat. */
export function statGroup(stat: string): number {
  return Number(statFields(stat)[2]);
}

/** The fields after the command's name, which stands in parentheses and may hold blanks: state first, start time (field 22) at 19. */
function statFields(stat: string): string[] {
  if (!stat.includes(")")) return [];
  return stat
    .slice(stat.lastIndexOf(")") + 2)
    .trimEnd()
    .split(" ");
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
