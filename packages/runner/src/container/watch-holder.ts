import { type FSWatcher, readFileSync, readlinkSync, watch } from "node:fs";
import { HELD_DESCRIPTOR, LIFE_DESCRIPTOR } from "./process-shim.ts";
import { namesShim } from "./run-state.ts";

/** Follows the number and the name of the file in a process that holds one which is deleted. */
const DELETED = " (deleted)";

/**
 * Calls back when a shim that is not our child is gone, however it went. Nobody can wait for somebody else's child, but it alone has a file open that has no
 * name any more, and the kernel announces the deletion of such a file when the last one who had it open is gone.
 * @returns undefined where the system shows no open files (no /proc), and for shims of earlier versions, which have no such file: their exit status tells
 */
export function watchHolder(pid: number, onGone: () => void): FSWatcher | undefined {
  const descriptor = `/proc/${pid}/fd/${LIFE_DESCRIPTOR}`;
  try {
    if (!readlinkSync(descriptor).endsWith(DELETED)) return undefined;
    return watch(descriptor, { persistent: false }, (event) => {
      if (event === "rename") onGone();
    });
  } catch {
    return undefined; // it went just now, there is no /proc, or the system has no watches left: its exit status tells
  }
}

/** True when a shim has taken up a run, and has written who it is. */
export function holdsRun(pid: number): boolean {
  try {
    return namesShim(readFileSync(`/proc/${pid}/fd/${HELD_DESCRIPTOR}`));
  } catch {
    return false; // it has none, or is gone
  }
}
