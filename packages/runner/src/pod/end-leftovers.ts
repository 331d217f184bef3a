import { basename, dirname, join, relative, sep } from "node:path";
import { markedProcesses, signalQuietly } from "../container/process-tree.ts";
import { attemptsIn, uidOfFolder } from "../container/run-paths.ts";
import { RunState } from "../container/run-state.ts";

/** A run of a pod of this data directory that still has processes. */
export interface LeftRun {
  /** Of the pod. */
  readonly uid: string;
  /** False when the run has ended, was to be made up for, or another one followed: what is left of it serves nobody. */
  readonly isLatest: boolean;
}

/** Ends processes of runs that are nobody's any more, such as those of a pod that was deleted while no server ran. */
export function endLeftovers(dataDirectory: string, isUnwanted: (run: LeftRun) => boolean): void {
  const pods = join(dataDirectory, "pods");
  for (const { pid, run } of markedProcesses()) {
    const left = leftRun(pods, run);
    if (left !== undefined && isUnwanted(left)) signalQuietly(pid, "SIGKILL");
  }
}

/** Undefined for runs of other data directories. */
function leftRun(pods: string, run: string): LeftRun | undefined {
  const [namespace, pod, file] = relative(pods, run).split(sep);
  if (namespace === ".." || pod === undefined || file === undefined) return undefined;
  const [container = "", attempt] = basename(run).split(".");
  const state = new RunState(run);
  const isLatest = attemptsIn(dirname(run), container, "start").at(-1) === Number(attempt);
  return { uid: uidOfFolder(pod), isLatest: isLatest && state.exit() === undefined && !state.has("interrupted") };
}
