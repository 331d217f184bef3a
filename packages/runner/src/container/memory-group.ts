import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const ROOT = "/sys/fs/cgroup";
/** Where the memory controller of version 1 is mounted. */
const V1_ROOT = join(ROOT, "memory");
const PREFIX = "qalam-";

/** Whether and how memory limits are enforced on this machine. */
export interface MemoryLimitSupport {
  /** Version of Linux' control groups; undefined when limits cannot be enforced. */
  readonly version: 1 | 2 | undefined;
  /** For people. */
  readonly reason: string;
}

interface Home {
  readonly version: 1 | 2;
  /** Folder in which groups can be made. */
  readonly folder: string;
}

/** A control group that bounds the memory of one container's processes together. */
export class MemoryGroup {
  readonly path: string;

  /** @param path of a group that exists */
  constructor(path: string) {
    this.path = path;
  }

  /** Makes a group with a limit; undefined where the system does not allow it. @param name unique on this machine @param bytes of memory, swap included */
  static create(name: string, bytes: number): MemoryGroup | undefined {
    const home = findHome();
    if (home === undefined) return undefined;
    const path = join(home.folder, `${PREFIX}${name}`);
    const limit = String(Math.floor(bytes));
    try {
      mkdirSync(path, { recursive: true });
      if (home.version === 1) {
        writeFileSync(join(path, "memory.limit_in_bytes"), limit);
        writeOptional(join(path, "memory.memsw.limit_in_bytes"), limit);
      } else {
        writeFileSync(join(path, "memory.max"), limit);
        writeOptional(join(path, "memory.swap.max"), "0");
      }
      return new MemoryGroup(path);
    } catch {
      return undefined; // used up or taken away since it was probed: the container runs without a limit, as doctor then says
    }
  }

  /** True when the kernel ended a process of it for want of memory. */
  get wasExceeded(): boolean {
    const events = readOrEmpty(join(this.path, "memory.events")) || readOrEmpty(join(this.path, "memory.oom_control"));
    return Number(/^oom_kill (\d+)/m.exec(events)?.[1] ?? 0) > 0;
  }

  /** Ends what is still in it and removes it. @returns false when processes that are just ending still hold it: try again a moment later */
  remove(): boolean {
    for (const pid of readOrEmpty(join(this.path, "cgroup.procs")).split("\n").filter(Boolean)) {
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {
        // it ended meanwhile
      }
    }
    try {
      rmdirSync(this.path);
      return true;
    } catch {
      return !existsSync(this.path);
    }
  }
}

/** Whether memory limits can be enforced here, and if not why: for `qalam doctor`. */
export function memoryLimitSupport(): MemoryLimitSupport {
  const home = findHome();
  if (home !== undefined)
    return { version: home.version, reason: `cgroup v${home.version} memory controller, in ${home.folder}` };
  if (process.platform !== "linux")
    return { version: undefined, reason: "only Linux lets a program bound another one's memory" };
  return {
    version: undefined,
    reason: existsSync(ROOT)
      ? "no control group with the memory controller may be written by this user; on systemd a user session has one"
      : "this system has no control groups",
  };
}

let probed: { readonly home: Home | undefined } | undefined;

/** Tried once by making a group, as permissions alone do not tell. */
function findHome(): Home | undefined {
  probed ??= { home: candidates().find(canHoldGroups) };
  return probed.home;
}

/** Groups of this process' own group first, so that limits around it hold for its containers too. */
function candidates(): Home[] {
  const own = readOrEmpty("/proc/self/cgroup").split("\n");
  const v1 = own
    .map((line) => /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/.exec(line)?.[1])
    .find((path) => path !== undefined);
  const v2 = own.map((line) => /^0::(.*)$/.exec(line)?.[1]).find((path) => path !== undefined);
  const homes: Home[] = [];
  if (v1 !== undefined) homes.push({ version: 1, folder: join(V1_ROOT, v1) }, { version: 1, folder: V1_ROOT });
  // Version 2 lets only groups without processes of their own hand out memory: those above ours that do already.
  for (let path = v2; path !== undefined && path !== "/"; path = dirname(path)) {
    const folder = join(ROOT, dirname(path));
    if (readOrEmpty(join(folder, "cgroup.subtree_control")).split(/\s/).includes("memory"))
      homes.push({ version: 2, folder });
  }
  return homes;
}

function canHoldGroups({ version, folder }: Home): boolean {
  const probe = join(folder, `${PREFIX}probe-${process.pid}`);
  try {
    accessSync(join(folder, "cgroup.procs"), constants.W_OK);
    mkdirSync(probe, { recursive: true });
    writeFileSync(join(probe, version === 1 ? "memory.limit_in_bytes" : "memory.max"), "1073741824");
    return true;
  } catch {
    return false; // absent, read-only or not ours
  } finally {
    if (existsSync(probe)) rmdirSync(probe);
  }
}

/** Swap is not accounted for on every system. */
function writeOptional(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch {
    // the limit on memory alone then holds
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // not there on this version
  }
}
