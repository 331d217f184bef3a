import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, rmSync } from "node:fs";
import { constants } from "node:os";
import type { LaunchListener } from "./launcher.ts";
import { PROCESS_SHIM, RUN_MARKER } from "./process-shim.ts";
import { signalGroup } from "./process-tree.ts";

/** Shells report a command that a signal ended as 128 + signal. */
export const SIGNAL_BASE = 128;

/** One shell that makes runs of containers, one at a time. */
export class Shim {
  readonly #process: ChildProcess;
  readonly #onFree: () => void;
  #listener: LaunchListener | undefined;
  /** What it wrote of the current run that is no report: messages of the shell. */
  #words: string[] = [];
  #line = "";
  #isStarted = false;

  /**
   * @param environment of the shell
   * @param mark path by which the next server finds it
   * @param onFree it can make another run
   * @param onGone it has ended
   */
  constructor(
    environment: Readonly<Record<string, string>>,
    mark: string,
    { onFree, onGone }: { readonly onFree: () => void; readonly onGone: () => void },
  ) {
    this.#onFree = onFree;
    const life = namelessFile(mark);
    const shim: ChildProcess = spawn("/bin/sh", ["-c", PROCESS_SHIM, "qalam", String(process.pid)], {
      cwd: "/",
      env: { ...environment, [RUN_MARKER]: mark },
      stdio: ["pipe", "pipe", "ignore", life ?? "ignore"], // the last at LIFE_DESCRIPTOR
      detached: true, // Ctrl-C in a terminal is for the server
    });
    if (life !== undefined) closeSync(life);
    this.#process = shim;
    shim.once("error", ({ message }) => {
      this.#end((listener) => listener.failed(message));
      onGone(); // with no process there may be no `close` either
    });
    shim.stdout?.setEncoding("utf8").on("data", (text: string) => this.#read(text));
    shim.stdin?.on("error", () => {}); // when it cannot be sent the shim is gone, which its `close` event says
    shim.once("close", (code, signal) => {
      if (shim.pid !== undefined) signalGroup(shim.pid, "SIGKILL"); // a command ends with its shim
      const status = signal === null ? (code ?? 0) : SIGNAL_BASE + constants.signals[signal];
      this.#end((listener) => (this.#isStarted ? listener.exited(status) : listener.lost()));
      onGone();
    });
    shim.unref();
    for (const pipe of [shim.stdin, shim.stdout]) (pipe as { unref(): void } | null | undefined)?.unref();
  }

  /** @param path what the names of the run's files begin with: `start` is there */
  run(path: string, listener: LaunchListener): void {
    this.#listener = listener;
    this.#words = [];
    this.#isStarted = false;
    this.#process.stdin?.write(`${path}\n`);
  }

  /** It ends after its current run; nobody is told of that any more. */
  release(): void {
    this.#process.removeAllListeners();
    this.#process.on("error", () => {}); // it never came to be
    this.#process.stdin?.end();
    this.#process.stdout?.destroy();
  }

  #read(text: string): void {
    const lines = (this.#line + text).split("\n");
    this.#line = lines.pop() ?? "";
    for (const line of lines) this.#take(line);
  }

  #take(line: string): void {
    const [report, number] = line.split(" ");
    if (report === "started") {
      this.#isStarted = true;
      this.#listener?.started(this.#process.pid ?? 0);
    } else if (report === "exited") this.#free((listener) => listener.exited(Number(number)));
    else if (line === "failed") this.#free((listener) => listener.failed(this.#words.join("; ")));
    else this.#words.push(line);
  }

  #free(tell: (listener: LaunchListener) => void): void {
    this.#end(tell);
    this.#onFree();
  }

  #end(tell: (listener: LaunchListener) => void): void {
    const listener = this.#listener;
    this.#listener = undefined;
    if (listener !== undefined) tell(listener);
  }
}

/** Opens a new file that has no name. @returns undefined when there cannot be one: then starting the shell says why, or goes well too */
function namelessFile(path: string): number | undefined {
  try {
    const file = openSync(path, "w", 0o600);
    rmSync(path);
    return file;
  } catch {
    return undefined;
  }
}
