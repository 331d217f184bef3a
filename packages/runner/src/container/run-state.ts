import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { bootId, type ProcessIdentity, parseIdentity } from "./process-identity.ts";
import { EXIT_LINE, PROCESS_LINE } from "./process-shim.ts";

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

/** First line of a `start` file. */
interface Header extends RunStart {
  readonly boot: string;
  /** Bytes of the commands that follow; what comes after them the shim added. Absent in states of the time before it did. */
  readonly commands?: number;
}

/**
 * The state of one run of a container on disk: all that a later server needs to take it up. It is one file, `start`: how the run began and the commands of
 * its process, written before that is made; then the lines that the shim adds, who it is and the exit status. Shims of earlier versions wrote files of their own,
 * `process` and `exit`, which are read too.
 */
export class RunState {
  readonly #path: string;

  /** @param path what the names of its files begin with */
  constructor(path: string) {
    this.#path = path;
  }

  file(name: "start" | Mark): string {
    return `${this.#path}.${name}`;
  }

  /** Whether a file is one that may tell the end of the run. @param name within its folder */
  tellsEnd(name: string): boolean {
    return [".start", ".exit"].some((ending) => basename(this.#path) + ending === name);
  }

  /** Comes before the process is made; from then on the run counts as begun. @param command for the shim */
  begin(start: RunStart, command: string): void {
    const header: Header = { ...start, boot: bootId(), commands: Buffer.byteLength(command) };
    const text = `${COMMENT}${JSON.stringify(header)}\n${command}`;
    writeFileSync(this.file("start"), text, { mode: 0o600 }); // values of Secrets may stand in it
  }

  /** How it began; undefined when the server died right there. */
  start(): Header | undefined {
    return this.#read()?.header;
  }

  /** The shim, unless it has not come to write it or the machine was started since. */
  process(): ProcessIdentity | undefined {
    const { header, added } = this.#read() ?? {};
    if (header?.boot !== bootId()) return undefined;
    return parseIdentity(lineOf(PROCESS_LINE, added) ?? readOrEmpty(`${this.#path}.process`).toString());
  }

  /** Status and time of the end, once the shim wrote it. */
  exit(): { readonly code: number; readonly at: number } | undefined {
    const { added } = this.#read() ?? {};
    const line = lineOf(EXIT_LINE, added);
    if (line !== undefined) return { code: Number.parseInt(line, 10), at: statSync(this.file("start")).mtimeMs };
    const path = `${this.#path}.exit`;
    const text = added === undefined ? readOrEmpty(path).toString() : "";
    return text.endsWith("\n") ? { code: Number.parseInt(text, 10), at: statSync(path).mtimeMs } : undefined;
  }

  /** Writes the end of a run whose shim never came to be. */
  fail(start: RunStart, code: number): void {
    this.begin(start, "");
    appendFileSync(this.file("start"), `${EXIT_LINE}${code}\n`);
  }

  /** Comes before the deed, so that it is known whoever dies. */
  mark(mark: Mark): void {
    writeFileSync(this.file(mark), "");
  }

  has(mark: Mark): boolean {
    return existsSync(this.file(mark));
  }

  /** @returns undefined for what is absent or half written; `added` is absent in states of earlier versions */
  #read(): Content | undefined {
    return contentOf(readOrEmpty(this.file("start")));
  }
}

/** What a `start` file holds. */
interface Content {
  readonly header: Header;
  readonly added: string | undefined;
}

function contentOf(bytes: Buffer): Content | undefined {
  const end = bytes.indexOf("\n");
  try {
    const header: Header = JSON.parse(bytes.toString("utf8", COMMENT.length, end));
    const { commands } = header;
    return { header, added: commands === undefined ? undefined : bytes.toString("utf8", end + 1 + commands) };
  } catch {
    return undefined;
  }
}

/** True for a `start` file in which a shim has written who it is, and for a `process` file, which shims of earlier versions have open instead. */
export function namesShim(bytes: Buffer): boolean {
  return lineOf(PROCESS_LINE, contentOf(bytes)?.added) !== undefined || /^\d+[^\n]*\n$/.test(bytes.toString());
}

/** The rest of the line that begins so, once it is there as a whole. */
function lineOf(beginning: string, lines = ""): string | undefined {
  const [line] = lines
    .split("\n")
    .slice(0, -1)
    .filter((one) => one.startsWith(beginning));
  return line?.slice(beginning.length);
}

function readOrEmpty(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0); // not written (yet)
  }
}
