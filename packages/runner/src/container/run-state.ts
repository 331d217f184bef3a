import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { bootId, type ProcessIdentity, parseIdentity } from "./process-identity.ts";

/** What is known of a run from its start on. */
export interface RunStart {
  /** Milliseconds. */
  readonly startedAt: number;
  /** GPUs it was given. */
  readonly gpus: readonly string[];
  /** Folder of the control group that bounds its memory. */
  readonly memoryGroup?: string;
}

/** Before what is known of the run in its `start` file; the shim's commands follow. */
const COMMENT = "# ";

/**
 * What was done to a run. Stopping: it was asked to end. Killed: with its shim, which then writes no status. Interrupted: a closing server stopped it; it
 * runs again and does not count.
 */
type Mark = "stopping" | "killed" | "interrupted";

/**
 * The state of one run of a container on disk: all that a later server needs to take it up. `start` is written before the process is made, `process` and
 * `exit` by the shim.
 */
export class RunState {
  readonly #path: string;

  /** @param path what the names of its files begin with */
  constructor(path: string) {
    this.#path = path;
  }

  file(name: "start" | "process" | "exit" | Mark): string {
    return `${this.#path}.${name}`;
  }

  /** Comes before the process is made; from then on the run counts as begun. @param command for the shim */
  begin(start: RunStart, command: string): void {
    const text = `${COMMENT}${JSON.stringify({ ...start, boot: bootId() })}\n${command}`;
    writeFileSync(this.file("start"), text, { mode: 0o600 }); // values of Secrets may stand in it
  }

  /** How it began; undefined when the server died right there. */
  start(): (RunStart & { readonly boot: string }) | undefined {
    try {
      const [line = ""] = readFileSync(this.file("start"), "utf8").split("\n", 1);
      return JSON.parse(line.slice(COMMENT.length));
    } catch {
      return undefined; // absent or half written
    }
  }

  /** The shim, unless it has not come to write it or the machine was started since. */
  process(): ProcessIdentity | undefined {
    return this.start()?.boot === bootId() ? parseIdentity(readOrEmpty(this.file("process"))) : undefined;
  }

  /** Status and time of the end, once the shim wrote it. */
  exit(): { readonly code: number; readonly at: number } | undefined {
    const path = this.file("exit");
    const text = readOrEmpty(path);
    return text.endsWith("\n") ? { code: Number.parseInt(text, 10), at: statSync(path).mtimeMs } : undefined;
  }

  /** Writes the end of a run whose shim never came to be. */
  fail(code: number): void {
    writeFileSync(this.file("exit"), `${code}\n`);
  }

  /** Comes before the deed, so that it is known whoever dies. */
  mark(mark: Mark): void {
    writeFileSync(this.file(mark), "");
  }

  has(mark: Mark): boolean {
    return existsSync(this.file(mark));
  }

  /** Puts a copy in the place of the file that the shim holds open, so that the shim alone holds the original. */
  unlinkProcess(): void {
    const path = this.file("process");
    writeFileSync(`${path}.copy`, readOrEmpty(path));
    renameSync(`${path}.copy`, path);
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // not written (yet)
  }
}
