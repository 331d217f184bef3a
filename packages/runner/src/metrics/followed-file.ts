import { type FileHandle, mkdir, open, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { mergeDiagnoses, type StreamCollector, type StreamDiagnosis } from "@qalam/collectors";
import type { MetricWriter } from "./metric-writer.ts";

const FIRST_CHUNK_BYTES = 8 * 1024;
const LARGEST_CHUNK_BYTES = 256 * 1024;
/** So many first bytes tell a file from another one in its place. */
const HEAD_BYTES = 64;

export interface FollowedFileOptions {
  readonly path: string;
  /** Names the rows. */
  readonly source: string;
  /** File in which it is remembered which file was followed, across restarts of the server. */
  readonly memory: string;
  /** @param step of what was written before, to the file that was rotated away */
  readonly newCollector: (step?: number) => StreamCollector;
  readonly writer: MetricWriter;
  readonly onError: (error: Error) => void;
}

/**
 * Which of the files that have stood at a path is meant: each time one is rotated away or truncated, the next generation begins. Rows of each have a source of
 * their own, as their positions begin at zero again.
 */
interface Identity {
  readonly generation: number;
  readonly inode: string;
  /** The first bytes in base64. */
  readonly head: string;
  /** The step with which the generation before it ended. */
  readonly step?: number | undefined;
}

/** Reads a file of the training's as it grows: through rotation and truncation, also such that happened while no server ran. */
export class FollowedFile {
  readonly #options: FollowedFileOptions;
  #file: FileHandle | undefined;
  #identity: Identity | undefined;
  #collector: StreamCollector | undefined;
  #past: StreamDiagnosis[] = [];
  #position = 0;
  #buffer: Buffer | undefined;
  #working: Promise<void> = Promise.resolve();
  #isQueued = false;
  #isClosed = false;

  constructor(options: FollowedFileOptions) {
    this.#options = options;
  }

  /** It may have changed. */
  wake(): void {
    if (this.#isQueued || this.#isClosed) return;
    this.#isQueued = true;
    this.#working = this.#working.then(() => this.#look()).catch(this.#options.onError);
  }

  /** Reads what is left. */
  async finish(): Promise<void> {
    this.wake();
    await this.#working;
    await this.#endGeneration().catch(this.#options.onError);
  }

  async release(): Promise<void> {
    this.#isClosed = true;
    await this.#working;
    await this.#file?.close();
  }

  diagnose(): StreamDiagnosis {
    return mergeDiagnoses([...this.#past, ...(this.#collector === undefined ? [] : [this.#collector.diagnose()])]);
  }

  async #look(): Promise<void> {
    this.#isQueued = false;
    while (!this.#isClosed) {
      if (this.#file === undefined && !(await this.#open())) return;
      if (!(await this.#isReplacedInPlace()) && (await this.#readOn())) {
        if (!(await this.#isRotated())) return;
        await this.#readOn(); // what was written between the last look and the rotation
      }
      await this.#nextGeneration();
    }
  }

  /** @returns false when there is no file */
  async #open(): Promise<boolean> {
    const { path } = this.#options;
    const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (file === undefined) return false;
    const inode = await inodeOf(file);
    const known = this.#identity ?? (await this.#recall());
    if (known !== undefined && this.#identity === undefined && !(await this.#isSame(known, file, inode))) {
      await file.close();
      const moved = await this.#findMoved(known);
      this.#identity = known;
      if (moved !== undefined) {
        await this.#take(moved, known);
        await this.#readOn();
      }
      await this.#nextGeneration();
      return this.#open();
    }
    const { generation = 0, step } = known ?? {};
    await this.#take(file, { generation, inode, head: known?.inode === inode ? known.head : "", step });
    return true;
  }

  async #take(file: FileHandle, identity: Identity): Promise<void> {
    this.#file = file;
    this.#collector = this.#options.newCollector(identity.step);
    this.#position = 0;
    await this.#remember(identity);
  }

  /** Everything of this generation is read: its last line counts, and the next file begins anew. */
  async #nextGeneration(): Promise<void> {
    const { generation = 0, step } = this.#identity ?? {};
    const ending = this.#collector;
    await this.#endGeneration();
    await this.#remember({ generation: generation + 1, inode: "", head: "", step: ending?.step ?? step });
  }

  async #endGeneration(): Promise<void> {
    if (this.#file === undefined || this.#collector === undefined) return;
    await this.#options.writer.store(this.#collector.end(), this.#source());
    this.#past = [mergeDiagnoses([...this.#past, this.#collector.diagnose()])];
    this.#collector = undefined;
    await this.#file.close();
    this.#file = undefined;
  }

  /** @returns false when another file was written in the place of this one meanwhile */
  async #readOn(): Promise<boolean> {
    const { writer } = this.#options;
    while (!this.#isClosed && this.#file !== undefined && this.#collector !== undefined) {
      this.#buffer ??= Buffer.allocUnsafeSlow(FIRST_CHUNK_BYTES);
      const { bytesRead } = await this.#file.read(this.#buffer, 0, this.#buffer.length, this.#position);
      if (bytesRead === 0) return true;
      const bytes = this.#buffer.subarray(0, bytesRead);
      if (await this.#isOfAnother(this.#file, bytes)) return false;
      if (this.#position < HEAD_BYTES) await this.#rememberHead(bytes);
      await writer.store(this.#collector.push(bytes), this.#source());
      this.#position += bytesRead;
      if (bytesRead === this.#buffer.length && bytesRead < LARGEST_CHUNK_BYTES)
        this.#buffer = Buffer.allocUnsafeSlow(LARGEST_CHUNK_BYTES);
    }
    return true;
  }

  /** Whether bytes that were just read are those of a file that was written anew; the last ones of the file before it count. */
  async #isOfAnother(file: FileHandle, bytes: Buffer): Promise<boolean> {
    if (await hasHead(file, this.#identity?.head ?? "")) return false;
    return await hasBytes(file, bytes, this.#position);
  }

  #source(generation = this.#identity?.generation ?? 0): string {
    return generation === 0 ? this.#options.source : `${this.#options.source}#${generation}`;
  }

  /** Truncated, or written anew from its start. */
  async #isReplacedInPlace(): Promise<boolean> {
    if (this.#file === undefined || this.#identity === undefined) return false;
    const { size } = await this.#file.stat();
    return size < this.#position || !(await hasHead(this.#file, this.#identity.head));
  }

  /** Another file stands at the path; until one does, what was renamed may be written to. */
  async #isRotated(): Promise<boolean> {
    const inode = await stat(this.#options.path, { bigint: true }).then(
      ({ ino }) => String(ino),
      () => undefined,
    );
    return inode !== undefined && inode !== this.#identity?.inode;
  }

  /** Whether a file is the one that an earlier server followed. */
  async #isSame({ inode, head, generation }: Identity, file: FileHandle, found: string): Promise<boolean> {
    if (inode === "") return true; // it had not been there
    if (inode !== found || !(await hasHead(file, head))) return false;
    return (await file.stat()).size > ((await this.#options.writer.lastSequence(this.#source(generation))) ?? -1);
  }

  /** The file that was followed, under the name it was rotated to while no server ran. */
  async #findMoved({ inode, head }: Identity): Promise<FileHandle | undefined> {
    const folder = dirname(this.#options.path);
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      const ino = await stat(path, { bigint: true }).then(
        (found) => String(found.ino),
        () => undefined,
      );
      if (ino !== inode || path === this.#options.path) continue;
      const file = await open(path, "r");
      if (await hasHead(file, head)) return file;
      await file.close();
    }
    return undefined;
  }

  async #recall(): Promise<Identity | undefined> {
    try {
      return JSON.parse(await readFile(this.#options.memory, "utf8")) as Identity;
    } catch {
      return undefined; // followed for the first time
    }
  }

  /** @param bytes those that come next */
  async #rememberHead(bytes: Buffer): Promise<void> {
    const { generation = 0, inode = "", head: known = "", step } = this.#identity ?? {};
    const before = Buffer.from(known, "base64").subarray(0, this.#position);
    const head = Buffer.concat([before, bytes]).subarray(0, HEAD_BYTES);
    await this.#remember({ generation, inode, head: head.toString("base64"), step });
  }

  /** Durable before any row of it is stored; replaced as a whole. */
  async #remember(identity: Identity): Promise<void> {
    const { memory } = this.#options;
    this.#identity = identity;
    await mkdir(dirname(memory), { recursive: true });
    await writeFile(`${memory}.new`, JSON.stringify(identity));
    await rename(`${memory}.new`, memory);
  }
}

async function inodeOf(file: FileHandle): Promise<string> {
  return String((await file.stat({ bigint: true })).ino);
}

function hasHead(file: FileHandle, head: string): Promise<boolean> {
  return hasBytes(file, Buffer.from(head, "base64"), 0);
}

async function hasBytes(file: FileHandle, wanted: Buffer, position: number): Promise<boolean> {
  const found = Buffer.alloc(wanted.length);
  const { bytesRead } = await file.read(found, 0, found.length, position);
  return bytesRead === wanted.length && found.equals(wanted);
}
