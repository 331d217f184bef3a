import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  openSync,
  readFileSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { lockFile } from "@qalam/store/sqlite";
import { CommandError } from "../command-error.ts";

/** A file of JSON lines that only grows. A line counts once its end is on the disk: one that was cut off by a crash was never answered, and is dropped. */
export class Journal {
  /** What the file held. */
  readonly lines: readonly unknown[];
  readonly #path: string;
  readonly #descriptor: number;
  readonly #lock: { release(): void };

  /** @throws CommandError when another process holds the file or it is not a journal */
  constructor(path: string) {
    this.#path = path;
    const lock = attempt(path, () => lockFile(path));
    if (lock === undefined) throw new CommandError(`${path} is in use by another process; end it, or use another file`);
    this.#lock = lock;
    const isNew = !existsSync(path);
    this.lines = isNew ? [] : attempt(path, () => readLines(path));
    this.#descriptor = attempt(path, () => openSync(path, "a"));
    if (isNew) syncFolder(dirname(path));
  }

  /** Returns when the line is on the disk. @throws CommandError when it cannot be written */
  append(line: unknown): void {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    attempt(this.#path, () => {
      for (let written = 0; written < bytes.length; ) written += writeSync(this.#descriptor, bytes, written);
      fdatasyncSync(this.#descriptor);
    });
  }

  close(): void {
    closeSync(this.#descriptor);
    this.#lock.release();
  }
}

function readLines(path: string): unknown[] {
  const text = readFileSync(path, "utf8");
  const end = text.lastIndexOf("\n") + 1;
  if (end < text.length) truncateSync(path, Buffer.byteLength(text.slice(0, end)));
  return text
    .slice(0, end)
    .split("\n")
    .slice(0, -1)
    .map((line, i) => {
      try {
        return JSON.parse(line);
      } catch {
        throw new CommandError(`${path}:${i + 1}: not a line of JSON; the file is damaged or not a state of ask-tell`);
      }
    });
}

/** The name of a new file is on the disk too. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  fsyncSync(descriptor);
  closeSync(descriptor);
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${path}: ${(error as Error).message}`);
  }
}
