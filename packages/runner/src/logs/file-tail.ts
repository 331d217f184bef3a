import { type FSWatcher, watch } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/** Most outputs are short; for those that are not, the buffer grows. */
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
}

/** Reads a file that grows, as it grows: woken by the system, never by a timer. */
export class FileTail {
  readonly #options: FileTailOptions;
  readonly #watcher: FSWatcher | undefined;
  #file: FileHandle | undefined;
  #buffer: Buffer | undefined;
  #reading: Promise<void> = Promise.resolve();
  #isQueued = false;
  #isClosed = false;

  /** Begins at the start of the file. */
  constructor(options: FileTailOptions) {
    this.#options = options;
    this.#watcher = this.#watch();
    this.#wake();
  }

  /** Reads what is left and lets the file go. Nothing is written to it any more. */
  async finish(): Promise<void> {
    this.#watcher?.close();
    this.#wake();
    await this.#reading;
    await this.#close();
  }

  /** Lets the file go where it is. */
  async release(): Promise<void> {
    this.#watcher?.close();
    this.#isClosed = true;
    await this.#reading;
    await this.#close();
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

  async #close(): Promise<void> {
    this.#isClosed = true;
    await this.#file?.close();
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
    this.#file ??= await open(this.#options.path, "r");
    while (!this.#isClosed) {
      this.#buffer ??= Buffer.allocUnsafeSlow(FIRST_CHUNK_BYTES);
      const { bytesRead } = await this.#file.read(this.#buffer, 0, this.#buffer.length, null);
      if (bytesRead === 0) return;
      await take(this.#buffer.subarray(0, bytesRead));
      if (bytesRead === this.#buffer.length && bytesRead < LARGEST_CHUNK_BYTES)
        this.#buffer = Buffer.allocUnsafeSlow(LARGEST_CHUNK_BYTES);
    }
  }
}
