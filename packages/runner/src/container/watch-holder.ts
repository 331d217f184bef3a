import { type FSWatcher, readdirSync, readlinkSync, watch } from "node:fs";
import { join } from "node:path";
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

function heldDescriptor(pid: number, file: string): string | undefined {
  const folder = `/proc/${pid}/fd`;
  try {
    // A shell may have moved it to another number; unlinked before, its name has an addition.
    const number = readdirSync(folder).find((one) =>
      [file, `${file} (deleted)`].includes(readlinkSync(join(folder, one))),
    );
    return number === undefined ? undefined : join(folder, number);
  } catch {
    return undefined; // gone, or no /proc
  }
}
