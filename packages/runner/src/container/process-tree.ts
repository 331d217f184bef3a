import { readdirSync, readFileSync } from "node:fs";
import { statGroup } from "./process-identity.ts";
import { RUN_MARKER } from "./process-shim.ts";

/** A process whose environment names a run. */
export interface MarkedProcess {
  readonly pid: number;
  /** What the names of its files begin with. */
  readonly run: string;
}

/** Signals a whole process group, if any of it is left. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  signalQuietly(-pid, signal);
}

/**
 * Signals every process of a run that is found by its mark: also those that left their group and session.
 * @param exceptGroup process group that has the signal already: a second SIGTERM means something else to many programs
 */
export function signalMarked(runs: ReadonlySet<string>, signal: NodeJS.Signals, exceptGroup?: number): void {
  for (const { pid, run } of markedProcesses())
    if (runs.has(run) && (exceptGroup === undefined || groupOf(pid) !== exceptGroup)) signalQuietly(pid, signal);
}

/** All processes that belong to a run of any server; none where the system has no /proc. */
export function markedProcesses(): MarkedProcess[] {
  const found: MarkedProcess[] = [];
  for (const name of processNumbers()) {
    const run = runOf(name);
    if (run !== undefined) found.push({ pid: Number(name), run });
  }
  return found;
}

/** Signals a process, or with a negative number a group, that may have ended by itself since it was found. */
export function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended
  }
}

function groupOf(pid: number): number | undefined {
  try {
    return statGroup(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined; // ended
  }
}

function processNumbers(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return []; // no /proc: groups are all we have
  }
}

const mark = Buffer.from(`${RUN_MARKER}=`);

function runOf(pid: string): string | undefined {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`);
    const start = environment.indexOf(mark);
    if (start === -1 || (start > 0 && environment[start - 1] !== 0)) return undefined;
    const end = environment.indexOf(0, start);
    return environment.toString("utf8", start + mark.length, end === -1 ? environment.length : end);
  } catch {
    return undefined; // ended, or somebody else's
  }
}
