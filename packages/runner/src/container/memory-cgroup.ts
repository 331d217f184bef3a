import { accessSync, constants, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A control group that bounds a container's memory. */
export interface MemoryCgroup {
  readonly path: string;
  /** True when the kernel ended a process of it for want of memory. */
  wasExceeded(): boolean;
  remove(): void;
}

const v1 = "/sys/fs/cgroup/memory";
const v2 = "/sys/fs/cgroup";

/** Whether memory limits can be enforced here, and if not why: for `qalam doctor`. */
export function memoryLimitSupport(): { readonly version: 1 | 2 | undefined; readonly reason: string } {
  if (isWritable(join(v1, "cgroup.procs"))) return { version: 1, reason: "cgroup v1 memory controller is writable" };
  try {
    const controllers = readFileSync(join(v2, "cgroup.subtree_control"), "utf8");
    if (controllers.includes("memory") && isWritable(join(v2, "cgroup.subtree_control")))
      return { version: 2, reason: "cgroup v2 memory controller is writable" };
    return { version: undefined, reason: "the memory controller is not delegated to this user" };
  } catch {
    return { version: undefined, reason: "this system has no control groups this user may write" };
  }
}

/** Makes a group with a limit; undefined where the system does not allow it. @param bytes limit */
export function createMemoryCgroup(name: string, bytes: number): MemoryCgroup | undefined {
  const { version } = memoryLimitSupport();
  if (version === undefined) return undefined;
  const path = join(version === 1 ? v1 : v2, `qalam-${name}`);
  try {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, version === 1 ? "memory.limit_in_bytes" : "memory.max"), String(Math.floor(bytes)));
  } catch {
    return undefined; // read-only or used up: the container runs without an enforced limit, as doctor says
  }
  return {
    path,
    wasExceeded: () =>
      Number(
        /oom_kill (\d+)/.exec(readOrEmpty(join(path, version === 1 ? "memory.oom_control" : "memory.events")))?.[1] ??
          0,
      ) > 0,
    remove: () => removeQuietly(path),
  };
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false; // absent or not ours
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // the group is gone
  }
}

function removeQuietly(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // processes that are just ending still hold it; an empty group costs nothing
  }
}
