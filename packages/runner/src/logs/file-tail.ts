import { closeSync, type FSWatcher, openSync, read, readSync, watch } from "node:fs";
import { promisify } from "node:util";

/** Most pieces are short, and then the detour through other threads costs more than the reading. For those that are not, the buffer grows. */
const FIRST_CHUNK_BYTES = 8 * 1024;
const LARGEST_CHUNK_BYTES = 256 * 1024;

export interface FileTailOptions {
  /** Exists. */
  readonly path: string;
  /** Gets each piece in order; the bytes are valid until its promise resolves. A slow taker slows the reading, not the writer. Must not reject. */
  readonly take?: (bytes: Uint8Array) => Promise<void>;
  /** Told whenever the system says the file has changed. */
  readonly onChange?: () => void;
  readonly onError: (error: Error) => void;
  /** Calls back when it is worth following; at once when absent. @returns takes that back */
  readonly begin?: (follow: () => void) => () => void;
}

/** Reads a file that grows, as it grows: woken by the system, never by a timer. */
export class FileTail {
  readonly #options: FileTailOptions;
  readonly #cancelBegin: (() => void) | undefined;
  #watcher: FSWatcher | undefined;
  #file: number | undefined;
  #buffer: Buffer | undefined;
  #reading: Promise<void> = Promise.resolve();
  #isQueued = false;
  #isClosed = false;

  /** Begins at the start of the file. */
  constructor(options: FileTailOptions) {
    this.#options = options;
    if (options.begin === undefined) this.#follow();
    else this.#cancelBegin = options.begin(() => this.#follow());
  }

  /** Reads what is left and lets the file go. Nothing is written to it any more. */
  async finish(): Promise<void> {
    this.#cancelBegin?.();
    this.#watcher?.close();
    this.#wake();
    await this.#reading;
    this.#close();
  }

  /** Lets the file go where it is. */
  async release(): Promise<void> {
    this.#cancelBegin?.();
    this.#watcher?.close();
    this.#isClosed = true;
    await this.#reading;
    this.#close();
  }

  #follow(): void {
    this.#watcher = this.#watch();
    this.#options.onChange?.(); // what came before it was watched
    this.#wake();
  }

  /** Without watches (a machine allows only so many) the file is read at the end only. */
  #watch(): FSWatcher | undefined {
    const { path, onChange, onError } = this.#options;
    try {
      return watch(path, { persistent: false }, () => {
        onChange?.();
        this.#wake();
      }).on("error", onError);
    } catch (error) {
      onError(error as Error);
      return undefined;
    }
  }

  #close(): void {
    this.#isClosed = true;
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #wake(): void {
    const { take, onError } = this.#options;
    if (take === undefined || this.#isQueued || this.#isClosed) return;
    this.#isQueued = true;
    this.#reading = this.#reading.then(() => this.#read(take)).catch(onError);
  }

  async #read(take: (bytes: Uint8Array) => Promise<void>): Promise<void> {
    this.#isQueued = false;
    this.#file ??= openSync(this.#options.path, "r");
    while (!this.#isClosed) {
      this.#buffer ??= Buffer.allocUnsafeSlow(FIRST_CHUNK_BYTES);
      const length = await this.#fill(this.#file, this.#buffer);
      if (length === 0) return;
      await take(this.#buffer.subarray(0, length));
      const isFull = length === this.#buffer.length;
      if (isFull && length < LARGEST_CHUNK_BYTES) this.#buffer = Buffer.allocUnsafeSlow(LARGEST_CHUNK_BYTES);
      if (!isFull) return; // what comes later wakes it again
    }
  }

  async #fill(file: number, buffer: Buffer): Promise<number> {
    if (buffer.length === FIRST_CHUNK_BYTES) return readSync(file, buffer, 0, buffer.length, null);
    return (await readAsync(file, buffer, 0, buffer.length, null)).bytesRead;
  }
}

const readAsync = promisify(read);
