import { constants, existsSync, readdirSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CHECKPOINT_FOLDER_ANNOTATION, CHECKPOINT_PARENT_ANNOTATION, keyOf, TRIAL, type Trial } from "@qalam/api";
import { type EventRecorder, Informer } from "@qalam/runtime";
import type { ResourceStore } from "@qalam/store";
import type { PathMapping } from "../container/path-mapping.ts";

const COMPONENT = "qalam-runner";
/** Folders that are being copied begin with this, which no trial's name does. */
const PARTIAL = ".";

export interface CheckpointFoldersOptions {
  readonly store: ResourceStore;
  readonly events: EventRecorder;
  readonly dataDirectory: string;
  readonly onError: (where: string, error: Error) => void;
}

/**
 * A folder for the checkpoints of each trial whose algorithm keeps them (Katib behaviour 6.10). It outlives the trial's pods, so that a training that runs again finds
 * what it left; a trial with a parent begins with a copy of the parent's. It goes when the trial's object goes.
 */
export class CheckpointFolders {
  readonly #options: CheckpointFoldersOptions;
  readonly #root: string;
  /** Folders being made, so that the pods of one trial make it once. */
  readonly #making = new Map<string, Promise<void>>();
  #trials: Informer<Trial> | undefined;

  constructor(options: CheckpointFoldersOptions) {
    this.#options = options;
    this.#root = join(options.dataDirectory, "checkpoints");
  }

  /** Clears away what a crash left half copied, and folders whose trials were deleted while no runner ran. */
  async start(): Promise<void> {
    const stored = this.#stored();
    if (stored.length === 0) return;
    await Promise.all(stored.filter(({ name }) => name.startsWith(PARTIAL)).map(({ folder }) => remove(folder)));
    await this.#followTrials();
  }

  async close(): Promise<void> {
    await this.#trials?.close();
  }

  /**
   * Makes a trial's folder if it is not there; a copy is complete or not there at all.
   * @returns what stands for the folder in its containers; undefined when its algorithm keeps no checkpoints
   */
  async prepare(trial: Trial): Promise<PathMapping | undefined> {
    const path = trial.metadata.annotations?.[CHECKPOINT_FOLDER_ANNOTATION];
    if (path === undefined) return undefined;
    const host = this.#folderOf(trial.metadata.namespace, trial.metadata.name);
    const making = this.#making.get(host) ?? this.#make(trial, host).finally(() => this.#making.delete(host));
    this.#making.set(host, making);
    await making;
    await this.#followTrials();
    return { container: path.replace(/(?<=.)\/+$/, ""), host };
  }

  async #make(trial: Trial, host: string): Promise<void> {
    if (existsSync(host)) return;
    const { namespace, name, annotations } = trial.metadata;
    await mkdir(dirname(host), { recursive: true });
    const partial = await mkdtemp(join(dirname(host), `${PARTIAL}${name}-`));
    const parent = annotations?.[CHECKPOINT_PARENT_ANNOTATION];
    const from = parent === undefined ? undefined : this.#folderOf(namespace, parent);
    if (from !== undefined && existsSync(from))
      await cp(from, partial, {
        recursive: true,
        mode: constants.COPYFILE_FICLONE, // shares the blocks where the file system can
        preserveTimestamps: true,
        verbatimSymlinks: true,
      });
    else if (from !== undefined)
      this.#options.events.record(
        trial,
        "Warning",
        "CheckpointMissing",
        `the checkpoint of trial ${parent} is not there any more (${from}); the training begins without it`,
        COMPONENT,
      );
    await rename(partial, host);
  }

  /** Removes folders with their trials, from the first folder on: before, there is nothing to follow trials for. */
  async #followTrials(): Promise<void> {
    if (this.#trials !== undefined) return;
    const { store, onError } = this.#options;
    const trials = new Informer(store, TRIAL);
    this.#trials = trials;
    trials.onChange((current, previous) => {
      const { namespace, name } = (current ?? previous)?.metadata ?? {};
      if (current !== undefined || name === undefined) return;
      remove(this.#folderOf(namespace, name)).catch((error: Error) => onError(`checkpoints of trial ${name}`, error));
    });
    await trials.start((error) => onError("watch of trials", error));
    const known = new Set([...trials.list()].map((trial) => this.#folderOf(keyOf(trial).namespace, keyOf(trial).name)));
    const unowned = this.#stored().filter(({ name, folder }) => !name.startsWith(PARTIAL) && !known.has(folder));
    await Promise.all(unowned.map(({ folder }) => remove(folder)));
  }

  #stored(): { name: string; folder: string }[] {
    if (!existsSync(this.#root)) return [];
    return readdirSync(this.#root).flatMap((namespace) =>
      readdirSync(join(this.#root, namespace)).map((name) => ({ name, folder: join(this.#root, namespace, name) })),
    );
  }

  #folderOf(namespace: string | undefined, trial: string): string {
    return join(this.#root, namespace ?? "default", trial);
  }
}

function remove(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
