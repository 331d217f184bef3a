import { type FSWatcher, mkdirSync, readdirSync, type Stats, statSync, watch } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Folders below each other; a link that leads back must not lead on for ever. */
const DEEPEST = 16;

export interface FolderTreeOptions {
  /** Made when it is not there. */
  readonly root: string;
  /** Whether folders in it are looked into. */
  readonly isRecursive: boolean;
  /** Told of every file that is there, and again whenever one may have changed. */
  readonly onFile: (path: string) => void;
  readonly onError: (error: Error) => void;
}

/** Notices files that appear and change in a folder, through folders that are made late, deleted and made again: woken by the system, never by a timer. */
export class FolderTree {
  readonly #options: FolderTreeOptions;
  readonly #folders = new Map<string, FSWatcher>();
  readonly #parent: FSWatcher | undefined;

  constructor(options: FolderTreeOptions) {
    const { root } = options;
    this.#options = options;
    mkdirSync(root, { recursive: true });
    this.#parent = this.#watch(dirname(root), (name) => {
      if (name === null || name === basename(root)) this.#enter(root, 0);
    });
    this.#enter(root, 0);
  }

  /** Looks at everything once more. */
  scan(): void {
    this.#scan(this.#options.root, 0);
  }

  close(): void {
    this.#parent?.close();
    for (const watcher of this.#folders.values()) watcher.close();
    this.#folders.clear();
  }

  /** Watches first and looks then, so that nothing falls between. */
  #enter(folder: string, depth: number): void {
    this.#folders.get(folder)?.close();
    this.#folders.delete(folder);
    if (statOf(folder)?.isDirectory() !== true) return;
    const watcher = this.#watch(folder, (name) => {
      if (name === null) this.#scan(folder, depth);
      else this.#look(join(folder, name), depth);
    });
    if (watcher !== undefined) this.#folders.set(folder, watcher);
    this.#scan(folder, depth);
  }

  #scan(folder: string, depth: number): void {
    let names: string[] = [];
    try {
      names = readdirSync(folder);
    } catch {
      return; // it was deleted meanwhile
    }
    for (const name of names) this.#look(join(folder, name), depth);
  }

  #look(path: string, depth: number): void {
    const stat = statOf(path);
    if (stat === undefined) return;
    if (!stat.isDirectory()) this.#options.onFile(path);
    else if (this.#options.isRecursive && depth < DEEPEST) this.#enter(path, depth + 1);
  }

  /** Without watches (a machine allows only so many) the last look finds everything. */
  #watch(folder: string, onChange: (name: string | null) => void): FSWatcher | undefined {
    try {
      return watch(folder, { persistent: false }, (_event, name) => onChange(name)).on("error", this.#options.onError);
    } catch (error) {
      this.#options.onError(error as Error);
      return undefined;
    }
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined; // it has gone
  }
}
