import { basename, dirname, join, relative } from "node:path";
import { mergeDiagnoses, type StreamCollector } from "@qalam/collectors";
import { FolderTree } from "./folder-tree.ts";
import { FollowedFile } from "./followed-file.ts";
import type { MetricFollower, SourceDiagnosis } from "./metric-follower.ts";
import type { MetricWriter } from "./metric-writer.ts";

/** Names of event files hold it, as TensorBoard expects. */
const EVENT_FILE = "tfevents";
/** Name of a memory that its path would make too long for a file. */
const LONGEST_NAME = 200;

export interface FilesFollowerOptions {
  /** A metrics file, or a folder of event files; may not be there yet. */
  readonly path: string;
  readonly isFolder: boolean;
  readonly source: string;
  /** Folder in which is kept what must survive the server. */
  readonly memory: string;
  /** @param folder below the path in which the file lies, "" for the path itself @param step of what was written before */
  readonly newCollector: (folder: string, step?: number) => StreamCollector;
  readonly writer: MetricWriter;
  readonly onError: (error: Error) => void;
}

/** Metrics in a file that the training writes, or in all event files below a folder. */
export class FilesFollower implements MetricFollower {
  readonly #options: FilesFollowerOptions;
  readonly #files = new Map<string, FollowedFile>();
  readonly #tree: FolderTree;

  constructor(options: FilesFollowerOptions) {
    const { path, isFolder, onError } = options;
    this.#options = options;
    this.#tree = new FolderTree({
      root: isFolder ? path : dirname(path),
      isRecursive: isFolder,
      onFile: (file) => {
        if (isFolder ? basename(file).includes(EVENT_FILE) : file === path) this.#wake(file);
      },
      onError,
    });
  }

  async finish(): Promise<void> {
    this.#tree.scan();
    this.#tree.close();
    await Promise.all([...this.#files.values()].map((file) => file.finish()));
  }

  async release(): Promise<void> {
    this.#tree.close();
    this.#options.writer.release();
    await Promise.all([...this.#files.values()].map((file) => file.release()));
  }

  diagnose(): SourceDiagnosis {
    const all = [...this.#files.values()].map((file) => file.diagnose());
    return { diagnosis: mergeDiagnoses(all), files: all.length };
  }

  #wake(path: string): void {
    const file = this.#files.get(path) ?? this.#follow(path);
    this.#files.set(path, file);
    file.wake();
  }

  #follow(path: string): FollowedFile {
    const { path: root, isFolder, source, memory, newCollector, writer, onError } = this.#options;
    const name = isFolder ? relative(root, path) : basename(path);
    const folder = dirname(name);
    return new FollowedFile({
      path,
      source: isFolder ? `${source}/${name}` : source,
      memory: join(memory, encodeURIComponent(name).slice(-LONGEST_NAME)),
      newCollector: (step) => newCollector(folder === "." ? "" : folder, step),
      writer,
      onError,
    });
  }
}
