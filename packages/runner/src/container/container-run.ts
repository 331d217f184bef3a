import { existsSync, type FSWatcher, watch } from "node:fs";
import { constants } from "node:os";
import { basename, dirname } from "node:path";
import type { Clock } from "@qalam/runtime";
import type { Launcher } from "./launcher.ts";
import { makeLog } from "./make-log.ts";
import { MemoryGroup } from "./memory-group.ts";
import { isAlive, type ProcessIdentity } from "./process-identity.ts";
import { RUN_MARKER } from "./process-shim.ts";
import { signalGroup, signalMarked } from "./process-tree.ts";
import { uidOfFolder } from "./run-paths.ts";
import { type RunStart, RunState } from "./run-state.ts";
import { SIGNAL_BASE } from "./shim.ts";
import { watchHolder } from "./watch-holder.ts";

/** What is needed to start a container's process. */
export interface ContainerCommand {
  /** Program and arguments, host paths in place. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly gpus: readonly string[];
  /** Bytes; unbounded when absent. */
  readonly memoryLimit?: number;
}

/** How a run ended. */
export interface RunEnd {
  readonly exitCode: number;
  /** The signal that ended it, when one did. */
  readonly signal?: number;
  readonly reason: "Completed" | "Error" | "OOMKilled" | "StartError";
  /** Why it could not be started, or its last words. */
  readonly message?: string;
  /** Milliseconds. */
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** Where one run of a container keeps its state and its output. */
export interface RunPlace {
  /** What the names of all its files begin with; the folder exists once it has begun. */
  readonly path: string;
  readonly log: string;
}

const LAST_SIGNAL = 64;
const KILLED = SIGNAL_BASE + constants.signals.SIGKILL;

/**
 * One run of a container's process. It belongs to the machine, not to this server: the shim writes how it ended, so a run that was started before can be
 * taken up again (`adopt`) whether it still runs or has ended.
 */
export class ContainerRun {
  readonly place: RunPlace;
  /** How it ended. Undefined: it is over but how cannot be known, as the machine stopped or somebody killed its shim while no server ran. */
  readonly ended: Promise<RunEnd | undefined>;
  readonly #state: RunState;
  readonly #clock: Clock;
  readonly #watchers: FSWatcher[] = [];
  #resolve!: (end: RunEnd | undefined) => void;
  #startedAt: number;
  #memory: MemoryGroup | undefined;
  /** Process group, which the shim leads. */
  #group: number | undefined;
  #cancelKill: (() => void) | undefined;
  #isOver = false;

  private constructor(place: RunPlace, clock: Clock) {
    this.place = place;
    this.#state = new RunState(place.path);
    this.#clock = clock;
    this.#startedAt = clock.now().getTime();
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /**
   * Starts the process. Its output goes to the log file by descriptor, so it is complete whoever dies.
   * @returns when the log exists, and the process unless it could not be started
   */
  static async start(
    place: RunPlace,
    command: ContainerCommand,
    clock: Clock,
    launcher: Launcher,
  ): Promise<ContainerRun> {
    const run = new ContainerRun(place, clock);
    if (command.memoryLimit !== undefined)
      run.#memory = MemoryGroup.create(memoryGroupName(place.path), command.memoryLimit);
    await run.#launch(command, launcher);
    return run;
  }

  /** Takes up a run of an earlier server. */
  static adopt(place: RunPlace, clock: Clock): ContainerRun {
    const run = new ContainerRun(place, clock);
    const start = run.#state.start();
    run.#startedAt = start?.startedAt ?? run.#startedAt;
    if (start?.memoryGroup !== undefined && existsSync(start.memoryGroup))
      run.#memory = new MemoryGroup(start.memoryGroup);
    makeLog(place.log);
    run.#takeUp();
    return run;
  }

  /** Milliseconds. */
  get startedAt(): number {
    return this.#startedAt;
  }

  /** Asks all processes of the run to end and, after the grace period, makes them. */
  stop(graceMs: number): void {
    if (this.#isOver || this.#cancelKill !== undefined) return;
    this.#cancelKill = this.#clock.after(graceMs, () => this.kill());
    this.#state.mark("stopping");
    this.#signal("SIGTERM");
  }

  /** Ends all processes of the run now. */
  kill(): void {
    if (this.#isOver) return;
    this.#state.mark("killed"); // the shim dies too and cannot write a status
    this.#signal("SIGKILL");
  }

  /** Stops it in such a way that it counts as never run: the next server runs it again. */
  interrupt(graceMs: number): void {
    if (!this.#isOver) this.#state.mark("interrupted");
    this.stop(graceMs);
  }

  /** Lets go of the process without ending it: the next server takes it up. */
  release(): void {
    this.#isOver = true;
    this.#closeWatchers();
    this.#cancelKill?.();
  }

  #launch({ argv, environment, cwd, gpus }: ContainerCommand, launcher: Launcher): Promise<void> {
    const { path, log } = this.place;
    const memoryGroup = this.#memory?.path;
    const start = { startedAt: this.#startedAt, gpus, ...(memoryGroup !== undefined && { memoryGroup }) };
    const launch = {
      argv,
      environment: { ...environment, [RUN_MARKER]: path },
      cwd,
      log,
      path,
      start,
    };
    return new Promise((resolve) => {
      launcher.launch(launch, {
        started: (group) => {
          this.#group = group;
          resolve();
        },
        failed: (message) => {
          this.#cannotStart(start, message);
          resolve();
        },
        exited: (code) => this.#finish(this.#end(code)),
        lost: () => {
          this.#takeUp();
          resolve();
        },
      });
    });
  }

  #cannotStart(start: RunStart, message: string): void {
    try {
      makeLog(this.place.log);
      this.#state.fail(start, SIGNAL_BASE);
    } catch {
      // the reason for the failure keeps this from being written too: a later server tries the run again
    }
    this.#finish({ ...this.#end(SIGNAL_BASE), reason: "StartError", message: `cannot start: ${message}` });
  }

  /** Finds a process that somebody else started, or how it ended. */
  #takeUp(): void {
    if (this.#isOver) return;
    const identity = this.#state.process();
    if (this.#state.exit() === undefined && identity !== undefined && isAlive(identity)) this.#follow(identity);
    else this.#lookForEnd(identity, true);
  }

  /** Waits for the end of a process that is not our child. */
  #follow(identity: ProcessIdentity): void {
    this.#group = identity.pid;
    const onChange = (_event: string, name: string | null) => {
      if (name !== null && this.#state.tellsEnd(name)) this.#lookForEnd(identity, false);
    };
    this.#watchers.push(watch(dirname(this.place.path), { persistent: false }, onChange));
    const holder = watchHolder(identity.pid, () => this.#lookForEnd(identity, true));
    if (holder !== undefined) this.#watchers.push(holder);
    this.#lookForEnd(identity, false); // it may have ended while the watches were set up
  }

  /** @param isGone the shim is known to be gone, although the system may list it for a moment yet */
  #lookForEnd(identity: ProcessIdentity | undefined, isGone: boolean): void {
    const end = this.#readEnd();
    if (end !== undefined) this.#finish(end);
    else if (isGone || identity === undefined || !isAlive(identity)) {
      signalMarked(new Set([this.place.path]), "SIGKILL"); // before it is run again
      this.#finish(this.#state.has("killed") ? this.#end(KILLED) : undefined);
    }
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#group !== undefined) signalGroup(this.#group, signal);
    signalMarked(new Set([this.place.path]), signal, this.#group);
  }

  #finish(end: RunEnd | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelKill?.();
    this.#closeWatchers();
    const isOutOfMemory = end !== undefined && end.exitCode !== 0 && this.#memory?.wasExceeded === true;
    this.#removeMemoryGroup();
    this.#resolve(isOutOfMemory ? { ...end, ...outOfMemory } : end);
  }

  #removeMemoryGroup(): void {
    const memory = this.#memory;
    if (memory !== undefined && !memory.remove()) this.#clock.after(1_000, () => memory.remove());
  }

  #readEnd(): RunEnd | undefined {
    const exit = this.#state.exit();
    return exit && this.#end(exit.code, exit.at);
  }

  #end(exitCode: number, finishedAt = this.#clock.now().getTime()): RunEnd {
    const signal = exitCode - SIGNAL_BASE;
    return {
      exitCode,
      ...(signal > 0 && signal <= LAST_SIGNAL && { signal }),
      reason: exitCode === 0 ? "Completed" : "Error",
      startedAt: this.#startedAt,
      finishedAt: Math.max(finishedAt, this.#startedAt),
    };
  }

  #closeWatchers(): void {
    for (const watcher of this.#watchers.splice(0)) watcher.close();
  }
}

/** As Kubernetes reports it, whichever process of the container the kernel chose. */
const outOfMemory = { exitCode: KILLED, signal: constants.signals.SIGKILL, reason: "OOMKilled" } as const;

/** One for each run on this machine, short enough for a folder. */
function memoryGroupName(path: string): string {
  return `${uidOfFolder(basename(dirname(path)))}.${basename(path)}`;
}
