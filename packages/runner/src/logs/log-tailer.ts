import { type FSWatcher, watch } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

const CHUNK_BYTES = 256 * 1024;

/** Reads a file that grows, as it grows: woken by the system, never by a timer. Bytes are handed on in order; a slow taker slows the reading, not the writer. */
export class LogTailer {
  readonly #path: string;
  readonly #take: (bytes: Uint8Array) => Promise<void>;
  #file: FileHandle | undefined;
  #watcher: FSWatcher | undefined;
  #reading: Promise<void> = Promise.resolve();
  #isQueued = false;
  #closed = false;

  /** @param take gets each piece; the bytes are valid until its promise resolves */
  constructor(path: string, take: (bytes: Uint8Array) => Promise<void>) {
    this.#path = path;
    this.#take = take;
  }

  /** Begins at the start of the file, which exists. */
  start(): void {
    this.#watcher = watch(this.#path, () => this.#wake());
    this.#watcher.unref();
    this.#wake();
  }

  /** Reads what is left and lets the file go. Nothing is written to it any more. */
  async finish(): Promise<void> {
    this.#watcher?.close();
    this.#wake();
    await this.#reading;
    this.#closed = true;
    await this.#file?.close();
  }

  #wake(): void {
    if (this.#isQueued || this.#closed) return;
    this.#isQueued = true;
    this.#reading = this.#reading.then(() => this.#read());
  }

  async #read(): Promise<void> {
    this.#isQueued = false;
    this.#file ??= await open(this.#path, "r");
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await this.#file.read(buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      await this.#take(buffer.subarray(0, bytesRead));
    }
  }
}
