import { type FSWatcher, readFileSync, readlinkSync, watch } from "node:fs";
import { HELD_DESCRIPTOR } from "./process-shim.ts";
import type { RunState } from "./run-state.ts";

/**
 * Calls back when a process that is not our child is gone, however it went. Nobody can wait for somebody else's child, but the shim keeps a file open and the
 * kernel announces the deletion of an unlinked file when the last one who had it open is gone.
 * @returns undefined where the system shows no open files (no /proc)
 */
export function watchHolder(pid: number, run: RunState, onGone: () => void): FSWatcher | undefined {
  const descriptor = heldDescriptor(pid, run.file("process"));
  if (descriptor === undefined) return undefined;
  try {
    const watcher = watch(descriptor, { persistent: false }, (event) => {
      if (event === "rename") onGone();
    });
    run.unlinkProcess();
    return watcher;
  } catch {
    return undefined; // it went just now, or the system has no watches left: its exit file tells
  }
}

/** True when a shim has taken up a run, and has written who it is. */
export function holdsRun(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/fd/${HELD_DESCRIPTOR}`, "utf8").includes("\n");
  } catch {
    return false; // it has none, or is gone
  }
}

function heldDescriptor(pid: number, file: string): string | undefined {
  const descriptor = `/proc/${pid}/fd/${HELD_DESCRIPTOR}`;
  try {
    // Unlinked before, its name has an addition.
    return [file, `${file} (deleted)`].includes(readlinkSync(descriptor)) ? descriptor : undefined;
  } catch {
    return undefined; // gone, or no /proc
  }
}
