import { join } from "node:path";
import { makeLog } from "./make-log.ts";
import { markedProcesses, signalGroup } from "./process-tree.ts";
import { type RunStart, RunState } from "./run-state.ts";
import { type ShellCommand, shellCommand } from "./shell-command.ts";
import { Shim } from "./shim.ts";
import { holdsRun } from "./watch-holder.ts";

/** A process to start, in a group of its own. Its log exists once it is `started`. */
export interface Launch extends ShellCommand {
  /** What the names of the files of its state begin with; they lie beside its log. */
  readonly path: string;
  readonly start: RunStart;
}

/** What becomes of a launch: `started`, then `exited`; or `failed`; or `lost`. */
export interface LaunchListener {
  /** @param group its process group */
  started(group: number): void;
  /** It could not be started. */
  failed(message: string): void;
  /** @param code as shells report it: 128 and the signal's number for a process, or its shim, that a signal ended */
  exited(code: number): void;
  /** Its shim was killed at the start: whether there is a process must be found in another way. */
  lost(): void;
}

/** Shims without work that are kept: as many as usual numbers of parallel trials. */
const MOST_IDLE = 64;

/**
 * Starts processes through shells that stay (see `Shim`), as many as there are runs at a time. To fork the server for each costs milliseconds of its only thread, as
 * all its memory is mapped again, and more afterwards, as every page that it writes is copied once.
 */
export class Launcher {
  readonly #environment: Readonly<Record<string, string>>;
  readonly #mark: string;
  readonly #shims = new Set<Shim>();
  readonly #idle: Shim[] = [];

  /**
   * @param dataDirectory absolute: shims without a run that a killed server of it left behind are ended first, so that they start nothing any more
   * @param environment of most processes: what differs costs a little
   */
  constructor(dataDirectory: string, environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
    this.#mark = join(dataDirectory, "launcher");
    const left = markedProcesses().filter(({ pid, run }) => run === this.#mark && !holdsRun(pid));
    // With their groups, to which a copy of one belongs that is just about to become a command.
    for (const { pid } of left) signalGroup(pid, "SIGKILL");
    this.#idle.push(this.#shim()); // now, as it takes a moment to be ready
  }

  launch(launch: Launch, listener: LaunchListener): void {
    const { path, log, start } = launch;
    if (hasNul(launch)) return listener.failed("an argument or a variable has a NUL byte in it");
    try {
      makeLog(log);
      new RunState(path).begin(start, shellCommand(launch, this.#environment, start.memoryGroup));
    } catch (error) {
      return listener.failed((error as Error).message); // such as a full disk
    }
    const shim = this.#idle.pop() ?? this.#shim();
    shim.run(path, listener);
  }

  /** Processes that run go on; nobody is told of them any more. */
  close(): void {
    for (const shim of this.#shims) shim.release();
    this.#shims.clear();
    this.#idle.length = 0;
  }

  #shim(): Shim {
    const shim = new Shim(this.#environment, this.#mark, {
      onFree: () => {
        if (this.#idle.length < MOST_IDLE) this.#idle.push(shim);
        else this.#forget(shim);
      },
      onGone: () => this.#forget(shim),
    });
    this.#shims.add(shim);
    return shim;
  }

  #forget(shim: Shim): void {
    shim.release();
    this.#shims.delete(shim);
    const place = this.#idle.indexOf(shim);
    if (place !== -1) this.#idle.splice(place, 1);
  }
}

function hasNul({ argv, environment }: Launch): boolean {
  if (argv.some((text) => text.includes("\0"))) return true;
  for (const name in environment) if (environment[name]?.includes("\0") === true) return true;
  return false;
}
