import { type ChildProcess, spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  type FSWatcher,
  mkdirSync,
  openSync,
  readFileSync,
  watch,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { createMemoryCgroup, type MemoryCgroup } from "./memory-cgroup.ts";
import { isAlive, type ProcessIdentity, parseIdentity } from "./process-identity.ts";
import { PROCESS_SHIM, RUN_MARKER } from "./process-shim.ts";
import { findRunProcesses, signalGroup } from "./process-tree.ts";

/** What is needed to start a container's process. */
export interface ContainerCommand {
  /** Program and arguments, host paths in place. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Bytes; unbounded when absent. */
  readonly memoryLimit?: number;
}

/** How a run ended. */
export interface RunEnd {
  readonly exitCode: number;
  /** The signal that ended it, when one did. */
  readonly signal?: number;
  readonly reason: "Completed" | "Error" | "OOMKilled";
  /** True when nobody was there to see the end (the machine or the process group was killed): how it ended is not known. */
  readonly lost: boolean;
}

/** Where one run of a container keeps its state and its output. */
export interface RunPlace {
  /** Unique name of the run: `<pod uid>/<container>/<attempt>`. */
  readonly name: string;
  readonly folder: string;
  readonly log: string;
}

/**
 * One run of a container's process. It belongs to the machine, not to this server: the shim writes how it ended, so a run that was started before can be
 * taken up again (`adopt`) whether it still runs or has ended.
 */
export class ContainerRun {
  readonly place: RunPlace;
  readonly ended: Promise<RunEnd>;
  readonly #resolveEnd: (end: RunEnd) => void;
  #child: ChildProcess | undefined;
  #watcher: FSWatcher | undefined;
  #cgroup: MemoryCgroup | undefined;
  #pid: number | undefined;
  #cancelKill: (() => void) | undefined;
  #isOver = false;

  private constructor(place: RunPlace) {
    this.place = place;
    let resolve!: (end: RunEnd) => void;
    this.ended = new Promise((done) => {
      resolve = done;
    });
    this.#resolveEnd = resolve;
  }

  /** True when this run was started before, by this or an earlier server. */
  static exists(place: RunPlace): boolean {
    return existsSync(place.folder);
  }

  /** Starts the process. Its output goes to the log file by descriptor, so it is complete whoever dies. */
  static start(place: RunPlace, command: ContainerCommand): ContainerRun {
    const run = new ContainerRun(place);
    mkdirSync(place.folder, { recursive: true });
    mkdirSync(dirname(place.log), { recursive: true });
    if (command.memoryLimit !== undefined)
      run.#cgroup = createMemoryCgroup(place.name.replaceAll("/", "."), command.memoryLimit);
    const log = openSync(place.log, "a", 0o600);
    try {
      run.#child = spawn(
        "/bin/sh",
        ["-c", PROCESS_SHIM, "qalam", place.folder, run.#cgroup?.path ?? "", ...command.argv],
        {
          cwd: command.cwd,
          env: { ...command.environment, [RUN_MARKER]: place.name },
          stdio: ["ignore", log, log],
          detached: true,
        },
      );
    } finally {
      closeSync(log);
    }
    run.#pid = run.#child.pid;
    run.#child.on("error", (error) =>
      run.#finish({ exitCode: 128, reason: "Error", lost: false }, `cannot start: ${error.message}\n`),
    );
    run.#child.on("exit", (code, signal) => run.#finish(run.#readEnd() ?? killedEnd(code, signal)));
    return run;
  }

  /** Takes up a run of an earlier server. */
  static adopt(place: RunPlace): ContainerRun {
    const run = new ContainerRun(place);
    const identity = run.#identity() ?? markedIdentity(place.name);
    const isRunning = identity !== undefined && isAlive(identity);
    if (isRunning) {
      run.#pid = identity.pid;
      run.#watcher = watch(place.folder, () => run.#checkEnd());
      run.#watcher.unref();
    }
    const end = run.#readEnd();
    if (end !== undefined) run.#finish(end);
    else if (!isRunning || !isAlive(identity))
      run.#finish(run.#readEnd() ?? { exitCode: 137, reason: "Error", lost: true });
    return run;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Asks the whole process group to end and, after the grace period, makes it. @param after calls back after a time */
  stop(graceMs: number, after: (milliseconds: number, callback: () => void) => () => void): void {
    if (this.#isOver || this.#pid === undefined || this.#cancelKill !== undefined) return;
    signalGroup(this.#pid, "SIGTERM");
    this.#cancelKill = after(graceMs, () => this.kill());
  }

  /** Ends the whole process group now. */
  kill(): void {
    if (this.#isOver || this.#pid === undefined) return;
    signalGroup(this.#pid, "SIGKILL");
    if (this.#child === undefined) this.#finish({ exitCode: 137, signal: 9, reason: "Error", lost: false });
  }

  /** Lets go of the process without ending it: the next server takes it up. */
  release(): void {
    this.#watcher?.close();
    this.#child?.removeAllListeners();
    this.#child?.unref();
    this.#cancelKill?.();
  }

  #checkEnd(): void {
    const end = this.#readEnd();
    if (end !== undefined) this.#finish(end);
  }

  #finish(end: Omit<RunEnd, "reason"> & { reason: RunEnd["reason"] }, note?: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelKill?.();
    this.#watcher?.close();
    if (note !== undefined) writeFileSync(this.place.log, note, { flag: "a" });
    if (this.#pid !== undefined) signalGroup(this.#pid, "SIGKILL"); // children that stayed behind in the group
    const isOutOfMemory = this.#cgroup?.wasExceeded() === true && end.exitCode !== 0;
    this.#cgroup?.remove();
    this.#resolveEnd(isOutOfMemory ? { ...end, reason: "OOMKilled" } : end);
  }

  #readEnd(): RunEnd | undefined {
    const text = readOrEmpty(join(this.place.folder, "exit"));
    if (!text.endsWith("\n")) return undefined;
    const exitCode = Number.parseInt(text, 10);
    return {
      exitCode,
      ...(exitCode > 128 && exitCode <= 192 && { signal: exitCode - 128 }),
      reason: exitCode === 0 ? "Completed" : "Error",
      lost: false,
    };
  }

  #identity(): ProcessIdentity | undefined {
    return parseIdentity(readOrEmpty(join(this.place.folder, "process")));
  }
}

/** A shim that had not yet written who it is when its server died. */
function markedIdentity(run: string): ProcessIdentity | undefined {
  const pid = Math.min(...(findRunProcesses(new Set([run])).get(run) ?? []));
  return Number.isFinite(pid) ? parseIdentity(readOrEmpty(`/proc/${pid}/stat`)) : undefined;
}

/** The shim itself was killed, with its group. */
function killedEnd(code: number | null, signal: NodeJS.Signals | null): RunEnd {
  return signal === null
    ? { exitCode: code ?? 1, reason: "Error", lost: false }
    : { exitCode: 137, signal: 9, reason: "Error", lost: false };
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // not written (yet)
  }
}
