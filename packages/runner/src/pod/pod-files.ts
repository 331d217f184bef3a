import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { RunPlace } from "../container/container-run.ts";
import { attemptsIn, RunFolder } from "../container/run-folder.ts";
import { containerLog, type PodName, podLogFolder } from "../logs/log-paths.ts";

/** A run there has been of a container. */
export interface PastRun {
  readonly attempt: number;
  readonly place: RunPlace;
}

/** Everything on disk that goes with one pod object. */
export class PodFiles {
  /** State of its runs, its volumes, where it works. */
  readonly folder: string;
  /** Folders of claims of all pods. */
  readonly claims: string;
  readonly #dataDirectory: string;
  readonly #pod: PodName;

  constructor(dataDirectory: string, pod: PodName) {
    this.#dataDirectory = dataDirectory;
    this.#pod = pod;
    this.folder = join(dataDirectory, "pods", pod.uid);
    this.claims = join(dataDirectory, "volumes");
  }

  /** True when a container of it was started before. */
  get hasBegun(): boolean {
    return existsSync(join(this.folder, "runs"));
  }

  place(container: string, attempt: number): RunPlace {
    return {
      folder: join(this.#runsOf(container), String(attempt)),
      log: containerLog(this.#dataDirectory, this.#pod, container, attempt),
    };
  }

  /** The runs of a container so far, in order. */
  runs(container: string): PastRun[] {
    return attemptsIn(this.#runsOf(container)).map((attempt) => ({ attempt, place: this.place(container, attempt) }));
  }

  /** How often a container ended and was run again: runs that count and are not the latest. */
  restarts(container: string): number {
    return this.runs(container)
      .slice(0, -1)
      .filter(({ place }) => hasCounted(new RunFolder(place.folder))).length;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    await rm(podLogFolder(this.#dataDirectory, this.#pod), { recursive: true, force: true });
  }

  #runsOf(container: string): string {
    return join(this.folder, "runs", container);
  }
}

/** Runs that a closing server stopped, or whose end nobody saw, are made up for without counting. */
function hasCounted(run: RunFolder): boolean {
  return !run.has("interrupted") && (run.exit() !== undefined || run.has("killed"));
}
