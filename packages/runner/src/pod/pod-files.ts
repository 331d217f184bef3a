import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { RunPlace } from "../container/container-run.ts";
import { attemptsIn, hasRunIn, type PodName, podFolder, runPath } from "../container/run-paths.ts";
import { RunState } from "../container/run-state.ts";

/** A run there has been of a container. */
export interface PastRun {
  readonly attempt: number;
  readonly place: RunPlace;
}

/** Everything on disk that goes with one pod object. */
export class PodFiles {
  /** State and output of its runs, its volumes, where it works. */
  readonly folder: string;
  /** Folders of claims of all pods. */
  readonly claims: string;

  constructor(dataDirectory: string, pod: PodName) {
    this.folder = podFolder(dataDirectory, pod);
    this.claims = join(dataDirectory, "volumes");
  }

  /** True when a container of it was started before. */
  get hasBegun(): boolean {
    return hasRunIn(this.folder);
  }

  place(container: string, attempt: number): RunPlace {
    const path = runPath(this.folder, container, attempt);
    return { path, log: `${path}.log` };
  }

  /** The runs of a container so far, in order. */
  runs(container: string): PastRun[] {
    return attemptsIn(this.folder, container, "start").map((attempt) => ({
      attempt,
      place: this.place(container, attempt),
    }));
  }

  /** How often a container ended and was run again: runs that count and are not the latest. */
  restarts(container: string): number {
    return this.runs(container)
      .slice(0, -1)
      .filter(({ place }) => hasCounted(new RunState(place.path))).length;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Runs that a closing server stopped, or whose end nobody saw, are made up for without counting. */
function hasCounted(run: RunState): boolean {
  return !run.has("interrupted") && (run.exit() !== undefined || run.has("killed"));
}
