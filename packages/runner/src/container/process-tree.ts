import { readdirSync, readFileSync } from "node:fs";
import { RUN_MARKER } from "./process-shim.ts";

/** Signals a whole process group. @returns false when none of it is left */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EPERM") return true;
    return false; // ESRCH: the group is gone
  }
}

/**
 * Processes whose environment names one of these runs: also those that left their group and session. @returns process numbers by run; none where the
 * system has no /proc
 */
export function findRunProcesses(runs: ReadonlySet<string>): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const entry of processNumbers()) {
    const run = runOf(entry);
    if (run !== undefined && runs.has(run)) found.set(run, [...(found.get(run) ?? []), Number(entry)]);
  }
  return found;
}

/** Ends everything that still belongs to ended runs. @returns how many processes there were */
export function killStragglers(runs: ReadonlySet<string>): number {
  let count = 0;
  for (const pids of findRunProcesses(runs).values()) {
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
        count += 1;
      } catch {
        // it ended by itself since it was found
      }
    }
  }
  return count;
}

function processNumbers(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return []; // no /proc: groups are all we have
  }
}

function runOf(pid: string): string | undefined {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, "latin1");
    const start = environment.indexOf(`${RUN_MARKER}=`);
    if (start === -1 || (start > 0 && environment[start - 1] !== "\0")) return undefined;
    return environment.slice(start + RUN_MARKER.length + 1).split("\0", 1)[0];
  } catch {
    return undefined; // ended, or somebody else's
  }
}
