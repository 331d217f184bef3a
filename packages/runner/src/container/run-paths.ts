import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** A pod, as far as its files are concerned. */
export interface PodName {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** So that, with the uid, a name of 253 letters still makes a folder; the uid tells pods apart. */
const LONGEST_NAME = 200;

/**
 * The one folder of everything that goes with a pod. Making a folder costs a file system several times what a file does, so the runs of its containers are files
 * side by side in it: `main.0.start`, `main.0.log`. No name of a container has a point in it.
 */
export function podFolder(dataDirectory: string, { namespace, name, uid }: PodName): string {
  return join(dataDirectory, "pods", namespace, `${name.slice(0, LONGEST_NAME)}_${uid}`);
}

/** Of the pod whose folder it is. */
export function uidOfFolder(name: string): string {
  return name.slice(name.lastIndexOf("_") + 1);
}

/** What the names of all files of one run begin with. @param attempt 0 for the first run, 1 after the first restart … */
export function runPath(podFolder: string, container: string, attempt: number): string {
  return join(podFolder, `${container}.${attempt}`);
}

/** Numbers of the runs there have been of a container, in order. @param ending of the file that says so */
export function attemptsIn(podFolder: string, container: string, ending: "start" | "log"): number[] {
  return filesIn(podFolder)
    .map((file) => file.split("."))
    .filter(([name, , last]) => name === container && last === ending)
    .map(([, attempt]) => Number(attempt))
    .sort((a, b) => a - b);
}

/** Names of the containers with output, in order. */
export function containersIn(podFolder: string): string[] {
  const logs = filesIn(podFolder).filter((file) => file.endsWith(".log"));
  return [...new Set(logs.map((file) => file.slice(0, file.indexOf("."))))].sort();
}

/** True when a container of the pod was started before. */
export function hasRunIn(podFolder: string): boolean {
  return filesIn(podFolder).some((file) => file.endsWith(".start"));
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return []; // most often: an exception would cost ten times as much
  try {
    return readdirSync(folder);
  } catch {
    return []; // gone just now
  }
}
