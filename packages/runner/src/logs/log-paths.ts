import { join } from "node:path";

/** A pod, as far as its files are concerned. */
export interface PodName {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** Folder of all logs of a pod. */
export function podLogFolder(dataDirectory: string, { namespace, name, uid }: PodName): string {
  return join(dataDirectory, "logs", namespace, `${name}_${uid}`);
}

/** The output of one run of a container. @param attempt 0 for the first run, 1 after the first restart … */
export function containerLog(dataDirectory: string, pod: PodName, container: string, attempt: number): string {
  return join(podLogFolder(dataDirectory, pod), container, `${attempt}.log`);
}
