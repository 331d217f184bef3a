import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RUN_MARKER } from "./process-shim.ts";
import { signalMarked } from "./process-tree.ts";

/** A process to start, in a session of its own. */
export interface Launch {
  /** Program and arguments. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** File to which its output is appended. It exists once the process is `started`. */
  readonly log: string;
  /** What is noted before the process is made, its folder too. */
  readonly state: { readonly file: string; readonly text: string };
}

/** What becomes of a launch: `started`, then `exited`; or `failed`; or, at any time, `lost`. */
export interface LaunchListener {
  started(pid: number): void;
  /** It could not be started. */
  failed(message: string): void;
  /** As Node's `exit` event of a child. */
  exited(code: number | null, signal: NodeJS.Signals | null): void;
  /** The launcher itself was killed: whether the process was started, and how it ends, must be found in another way. */
  lost(): void;
}

interface Report {
  readonly id: number;
  readonly pid?: number;
  readonly error?: string;
  readonly code?: number | null;
  readonly signal?: NodeJS.Signals | null;
}

/**
 * Starts processes, and makes their files, through a small process of its own. To fork the server costs milliseconds of its only thread, as all its memory is mapped
 * again, and more afterwards, as every page that it writes is copied once; to make files waits for the disk.
 */
export class Launcher {
  readonly #mark: string;
  readonly #listeners = new Map<number, LaunchListener>();
  #process: ChildProcess | undefined;
  #lastId = 0;

  /** @param dataDirectory absolute: a launcher that a killed server of it left behind is ended first, so that it starts nothing any more */
  constructor(dataDirectory: string) {
    this.#mark = join(dataDirectory, "launcher");
    // Twice: the first look may miss a copy of the launcher that was just about to become a program.
    for (let look = 0; look < 2; look++) signalMarked(new Set([this.#mark]), "SIGKILL");
    this.#process = this.#fork(); // now, as it takes a moment to be ready
  }

  launch(launch: Launch, listener: LaunchListener): void {
    const id = ++this.#lastId;
    this.#listeners.set(id, listener);
    this.#process ??= this.#fork();
    // When it cannot be sent the launcher is gone, which its `exit` event says.
    this.#process.send({ id, ...launch }, () => {});
  }

  /** Processes that run go on; nobody is told of them any more. */
  close(): void {
    this.#listeners.clear();
    this.#process?.removeAllListeners();
    if (this.#process?.connected === true) this.#process.disconnect();
  }

  #fork(): ChildProcess {
    const launcher = fork(fileURLToPath(new URL("./launcher.mjs", import.meta.url)), {
      cwd: "/",
      execArgv: [],
      env: { ...process.env, [RUN_MARKER]: this.#mark },
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      detached: true, // Ctrl-C in a terminal is for the server
    });
    launcher.on("message", (report) => this.#take(report as Report));
    launcher.once("error", () => this.#lose(launcher));
    launcher.once("exit", () => this.#lose(launcher));
    launcher.unref();
    launcher.channel?.unref();
    return launcher;
  }

  #take({ id, pid, error, code, signal }: Report): void {
    const listener = this.#listeners.get(id);
    if (pid !== undefined) return listener?.started(pid);
    this.#listeners.delete(id);
    if (error !== undefined) listener?.failed(error);
    else listener?.exited(code ?? null, signal ?? null);
  }

  #lose(launcher: ChildProcess): void {
    if (this.#process !== launcher) return;
    this.#process = undefined;
    const lost = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listener of lost) listener.lost();
  }
}
